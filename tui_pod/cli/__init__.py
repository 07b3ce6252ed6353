"""The commands of `tui-pod`, by subject. `cli` says which function each word runs.

None of them imports Textual; each module is imported when one of its commands runs.
"""
