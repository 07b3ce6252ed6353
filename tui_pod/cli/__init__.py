"""The commands of `tui-pod`, by subject. The table in `commands` names the function of each.

None of them imports Textual; each module is imported when one of its commands runs.
"""
