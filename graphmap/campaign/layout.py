"""Where things stand in a CMRT workbook 6.x, and what its label cells say here.

The positions are facts read from the templates 6.01 to 6.5 (opened and verified); those of 6.6 are from its
description. The labels are ours: short, and only those that a reader of the workbook needs.
"""

from __future__ import annotations

from collections.abc import Mapping

METALS: tuple[str, ...] = ("tantalum", "tin", "gold", "tungsten")
"""The metals of a CMRT in the order of the question rows."""

NOT_LISTED = "Smelter not listed"
NOT_IDENTIFIED = "Smelter not yet identified"

REVISIONS: Mapping[str, str] = {
    "6.01": "May 19, 2020",
    "6.1": "April 28, 2021",
    "6.22": "May 11, 2022",
    "6.31": "May 26, 2023",
    "6.4": "April 26, 2024",
    "6.5": "April 25, 2025",
    "6.6": "April 24, 2026",
}
"""Version and date in cell J3, read in the templates 6.01 to 6.5 (6.1: in their list of revisions). The date of 6.6 is
made up by us."""

DECLARATION_CELLS: Mapping[str, str] = {
    "language": "D3", "company": "D8", "scope": "D9", "scope_description": "D10", "unique_id": "D12",
    "authority": "D13", "address": "D14", "contact_name": "D15", "contact_email": "D16", "contact_phone": "D17",
    "authorizer": "D18", "authorizer_title": "D19", "authorizer_email": "D20", "authorizer_phone": "D21",
    "effective_date": "D22",
}  # fmt: skip

QUESTION_ROWS: Mapping[int, int] = {1: 26, 2: 32, 3: 38, 4: 44, 5: 50, 6: 56, 7: 62, 8: 68}
"""Question -> row of its first metal; the other three follow."""

COMPANY_ROWS: Mapping[str, int] = {"A": 75, "B": 77, "C": 79, "D": 81, "E": 83, "F": 85, "G": 87, "H": 89}

SMELTER_COLUMNS: Mapping[str, str] = {
    "number": "A", "metal": "B", "lookup": "C", "name": "D", "country": "E", "id": "F", "source": "G", "street": "H",
    "city": "I", "state": "J", "contact_name": "K", "contact_email": "L", "next_steps": "M", "mines": "N",
    "mine_countries": "O", "recycled": "P", "comment": "Q",
}  # fmt: skip
FIRST_SMELTER_ROW, FIRST_PRODUCT_ROW = 5, 6

PRODUCT_COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "6.4": (
        ("number", "Manufacturer’s product number"), ("name", "Manufacturer’s product name"), ("comment", "Comments"),
    ),
    "6.5": (
        ("number", "Responder’s product number"), ("name", "Responder’s product name"), ("comment", "Comments"),
    ),
    "6.6": (
        ("number", "Responder product number"), ("name", "Responder product name"),
        ("requester_number", "Requester product number"), ("requester_name", "Requester product name"),
        ("comment", "Comments"),
    ),
}  # fmt: skip
"""Version -> columns B, C, … of the product list and their titles; older versions are as 6.4."""

LABELS: Mapping[str, tuple[str, str]] = {
    "Declaration!D2": ("Conflict Minerals Reporting Template (CMRT)", "冲突矿产报告模板 (CMRT)"),
    "Declaration!B8": ("Company name (*):", "公司名称 (*)："),
    "Declaration!B9": ("Scope (*):", "申报范围 (*)："),
    "Declaration!B10": ("Scope description:", "范围描述："),
    "Declaration!B12": ("Company ID:", "公司识别号："),
    "Declaration!B13": ("Company ID authority:", "识别号机构："),
    "Declaration!B14": ("Address:", "地址："),
    "Declaration!B15": ("Contact name (*):", "联系人 (*)："),
    "Declaration!B16": ("Contact email (*):", "联系人邮箱 (*)："),
    "Declaration!B17": ("Contact phone (*):", "联系人电话 (*)："),
    "Declaration!B18": ("Authorizer (*):", "授权人 (*)："),
    "Declaration!B19": ("Authorizer title:", "授权人职务："),
    "Declaration!B20": ("Authorizer email (*):", "授权人邮箱 (*)："),
    "Declaration!B21": ("Authorizer phone:", "授权人电话："),
    "Declaration!B22": ("Effective date (*):", "生效日期 (*)："),
    "Declaration!B25": ("1) Used?", "1) 使用？"),
    "Declaration!B31": ("2) Remains in product?", "2) 产品中含有？"),
    "Declaration!B37": ("3) From covered countries?", "3) 来自涵盖国家？"),
    "Declaration!B43": ("4) From high-risk areas?", "4) 来自高风险地区？"),
    "Declaration!B49": ("5) All recycled or scrap?", "5) 全部回收料？"),
    "Declaration!B55": ("6) Suppliers that answered?", "6) 已回复的供应商？"),
    "Declaration!B61": ("7) All smelters identified?", "7) 已识别全部冶炼厂？"),
    "Declaration!B67": ("8) All smelters reported?", "8) 已报告全部冶炼厂？"),
    "Declaration!D25": ("Answer", "回答"),
    "Declaration!G25": ("Comments", "注释"),
    "Declaration!B75": ("A. Policy?", "A. 政策？"),
    "Declaration!B77": ("B. Policy public?", "B. 政策公开？"),
    "Declaration!B79": ("C. Validated smelters required?", "C. 要求经验证的冶炼厂？"),
    "Declaration!B81": ("D. Due diligence?", "D. 尽职调查？"),
    "Declaration!B83": ("E. Supplier survey?", "E. 供应商调查？"),
    "Declaration!B85": ("F. Review?", "F. 审核？"),
    "Declaration!B87": ("G. Corrective action?", "G. 纠正措施？"),
    "Declaration!B89": ("H. Disclosure required?", "H. 须披露？"),
    "Smelter List!A4": ("Smelter ID input", "冶炼厂编号输入"),
    "Smelter List!B4": ("Metal (*)", "金属 (*)"),
    "Smelter List!C4": ("Smelter look-up (*)", "冶炼厂查找 (*)"),
    "Smelter List!D4": ("Smelter name (1)", "冶炼厂名称 (1)"),
    "Smelter List!E4": ("Smelter country (*)", "冶炼厂国家 (*)"),
    "Smelter List!F4": ("Smelter ID", "冶炼厂编号"),
    "Smelter List!G4": ("Source of ID", "编号来源"),
    "Smelter List!H4": ("Street", "街道"),
    "Smelter List!I4": ("City", "城市"),
    "Smelter List!J4": ("State or province", "州/省"),
    "Smelter List!K4": ("Contact name", "联系人"),
    "Smelter List!L4": ("Contact email", "联系人邮箱"),
    "Smelter List!M4": ("Next steps", "后续步骤"),
    "Smelter List!N4": ("Mines", "矿山名称"),
    "Smelter List!O4": ("Mine countries", "矿山国家"),
    "Smelter List!P4": ("All recycled or scrap?", "全部回收料？"),
    "Smelter List!Q4": ("Comments", "注释"),
    "Smelter Look-up!A4": ("Metal", "金属"),
    "Smelter Look-up!B4": ("Smelter look-up (*)", "冶炼厂查找 (*)"),
    "Smelter Look-up!C4": ("Standard smelter name", "冶炼厂标准名称"),
    "Smelter Look-up!D4": ("Country", "国家"),
    "Smelter Look-up!E4": ("Smelter ID", "冶炼厂编号"),
    "Smelter Look-up!F4": ("Source of ID", "编号来源"),
    "Smelter Look-up!G4": ("Street", "街道"),
    "Smelter Look-up!H4": ("City", "城市"),
    "Smelter Look-up!I4": ("State or province", "州/省"),
}  # fmt: skip
"""Cell -> label in English and Chinese; every other language shows the English one here."""

METAL_LABELS: Mapping[str, tuple[str, str]] = {
    "tantalum": ("Tantalum", "钽"), "tin": ("Tin", "锡"), "gold": ("Gold", "金"), "tungsten": ("Tungsten", "钨"),
}  # fmt: skip

SHEETS: tuple[str, ...] = (
    "Revision", "Instructions", "Definitions", "Declaration", "Smelter List", "Checker", "Product List",
    "Smelter Look-up", "L", "C", "SorP",
)  # fmt: skip
"""Sheets of CMRT 6.01 to 6.5 in their order; the last three are hidden."""


def revision_text(version: str) -> str:
    """What cell J3 of a version says, e.g. ``"Revision 6.5\\nApril 25, 2025"``."""
    return f"Revision {version}\n{REVISIONS[version]}"
