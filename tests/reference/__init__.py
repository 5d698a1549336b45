"""A second, naive implementation of METHOD sections 2 to 8, to compare graphmap's figures with.

Plain Python over plain dicts, written from METHOD alone: nothing here imports ``graphmap.analysis``. It is slow and is
meant for chains of a few companies. ``claims`` reads a ``SupplyGraph`` into rows, ``hazards`` gives standings and
hazards, ``shares`` the links of one mineral, ``figures`` exposure and what follows from it, ``structure`` paths, choke
points and cuts, ``extremes`` the interval by brute force. ``chains`` makes random chains, ``worked`` those of METHOD.

Where METHOD is silent, this is what the reference does.

0.  Claims of documents dated after the day do not count; undated ones do.

Standing and areas (sections 2 and 3)

1.  Of each scheme the latest claim counts (date of the document, then of the assessment; of equally late ones the worse
    standing). Across schemes the best standing counts, in the order accepted, in progress, not accepted, not on list.
    A claim whose assessment is later than the day does not count. A status that the policy does not know is "not on
    list". So say the named questions (``queries/conformance``).
2.  An assurance list is known for a mineral if at least one claim that counts on the day names this mineral or none,
    under a scheme that the policy knows and that covers the mineral.
3.  Facility and origin give at most one term each: that of the highest value. Regions lie in their country. A country
    of which only regions are listed has the level "possible". Where a place of a region is given, its country alone
    says nothing. A listed mine is an origin. Flags are those of the smelter and of the mines
    that feed it, each risk once.

Shares (section 4)

4.  A purchase from oneself (after ``SAME_AS``) is no link; what it states is missing.
5.  Shares that sum to less than one by no more than 1e-12 leave nothing missing.
6.  A company that has none of the mineral has no figures of its own; so has one that declares nothing and whose pairs
    left out state everything, whatever other pairs it has. Where a pair that names the mineral still leads to it, it is
    reckoned like any other company. A company whose pairs are left out without stating everything has figures.
7.  "No" counts if any current document of the company says so for the mineral, in answer 1 or 2. An empty answer is
    no answer.
8.  A company has a part in the chain if it buys or sells something that may hold the mineral (also where the pair is
    left out), declares something of it, or answers a question for it.

Exposure and after (sections 5 to 8)

9.  The clamp of a closed list takes low ends into the range of the least hazards of R(c) and high ends into that of the
    highest; these differ where smelters are not judged.
10. In a circle the ends are found by iteration from ``unknown.low`` and ``unknown.high``: mass that never leaves has
    this value. Where some hazard is above ``unknown.high``, high ends in a circle may be, too.
11. Own unknown of a company that ends a caught circle by its list is valued, like all that its list places, at the mean
    hazard of where the list sends it; no supplier of it brings any of it.
12. Spend: the rows of the latest document that gives a spend add up, also those that name no mineral. Pairs that are
    left out have no part. A blank currency is a currency of its own. A seller is "unknown" if it reaches
    no smelter, reaches an unidentified entry, or more than 1e-9 of its mass is unknown.
13. Reach counts unidentified entries as smelters of that standing, also for the worst hazard.
14. A declaration carries mass if its share, with what the list places there, is above 1e-12.
15. Paths end at identified smelters; an unidentified entry is no end. A company of which only the mineral's absence is
    known starts none.
16. The company asked about gates nothing itself, and what it declares as a way of its own cannot be cut.
17. Conformance by mass needs no identified smelter: where nothing is known the range is 0 to 1.
"""
