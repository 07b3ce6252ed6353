"""The commands of `tui-pod`, by subject. `main.COMMANDS` has the function of each word.

None of them imports Textual; each module is imported when one of its commands runs.
"""
