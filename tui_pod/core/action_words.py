"""Other words for actions, and what each does: how palette and help find and explain them.

Apart from `actions`, since the start needs none of it.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

WANTED = ("queue.add_next", "feed.add", "sleep.timer", "session.plan", "view.theme", "search.everywhere")
"""What is looked for most: the palette begins with it."""


IN_A_SHELL = {
    "Export podcasts as OPML": "tui-pod export > podcasts.opml",
    "Listen on a phone: write a list as a podcast": "tui-pod feed TOPIC --out FOLDER",
    "Export narrations as audio files": "tui-pod narrate --all --out FOLDER",
}
"""What is looked for and only a shell can do, with its command."""


class ActionWords(NamedTuple):
    """What is said of an action besides its label."""

    synonyms: str = ""
    """Other words for it; never shown."""
    about: str = ""
    """A sentence that explains it."""


_TEXTS = """
playback.toggle | start stop resume continue halt | Plays what is in the bar, or pauses it; works everywhere.
episode.play | listen start open continue | Starts where you left off; on a topic, shows its episodes.
transcript.seek | jump sentence listen | Goes on playing from the sentence at the cursor.
topic.open | show folder podcast | Shows the episodes of the topic at the cursor.
bookmark.play | listen clip quote | Plays the stretch that the bookmark covers, then goes on.
statistics.open | show topic | Shows the episodes of the topic at the cursor.
statistics.search | find heard days filter | Shows only what has your words in title or topic; without words all.
question.show | quiz test ask | Shows the question that belongs to the episode you have just heard.
episode.restart | beginning again over replay repeat | Plays the episode at the cursor from 0:00.
focus.next | switch side panel | Goes to the next part of the screen.
focus.previous | switch side panel | Goes to the part of the screen before.
topic.fold | collapse hide close | Hides what is below the topic.
topic.unfold | expand show | Shows what is below the topic.
topic.find | search filter tree name podcast subscription | Narrows the tree to what you type; Enter goes there.
playback.back | rewind skip backward seconds seek | Jumps back; press again for more.
playback.forward | skip ahead fast seconds seek | Jumps ahead; press again for more.
playback.back_small | rewind skip backward seek | Jumps back a little.
playback.forward_small | skip ahead seek | Jumps ahead a little.
playback.previous_mark | skip rewind section | Goes back to the start of the chapter; without chapters, of the sentence.
playback.next_mark | skip section | Goes to the next chapter; without chapters, to the next sentence.
playback.go_to | seek jump position minute timestamp | Asks for a time: a position, a step, or a percentage.
playback.repeat | loop again a-b sentence chapter track | Plays it until told otherwise; nothing is marked played.
passage.skip | skip advertisement ad ads jingle intro outro commercial sponsor | Jumps over what recurs in this podcast.
playback.take_over | sync device phone resume position | Plays on from where you stopped on another machine.
bookmark.add | save favourite favorite highlight clip quote remember | Keeps the sentence that was just said.
queue.previous | back last track | Plays the episode before this one.
queue.next | skip track | Leaves this episode where it is, and plays the next one.
playback.slower | speed tempo rate slow down | Plays slower, at the same pitch.
playback.faster | speed tempo rate fast quicker | Plays faster, at the same pitch.
playback.normal_speed | tempo rate reset 1x | Plays at 1.0 times again.
playback.quieter | down softer lower sound | Turns the sound down.
playback.louder | up raise sound | Turns the sound up.
audio.level | normalize normalise volume boost equal loud quiet | Makes quiet and loud recordings equally loud.
audio.clear_speech | understand dialogue compressor treble voice boost noise street | Raises what is said softly.
audio.mono | one ear earbud single channel hearing stereo | Both channels in each ear, on this sound device.
audio.left | balance pan ear hearing | Moves the sound, on this sound device.
audio.right | balance pan ear hearing | Moves the sound, on this sound device.
audio.skip_silence | skip trim remove shorten pauses gaps smart speed | Plays long pauses short, which saves time.
audio.device | output speaker headphones bluetooth sound card | Lists where the sound can go, and switches to it.
playback.mute | silent silence sound off unmute | Turns the sound off or on; it plays on.
episode.toggle_played | mark as heard read listened done finished complete unheard | Marks what the cursor is on.
select.one | mark tick several multiple | Adds the row to the selection, on which the next keys act.
select.range | mark several multiple all | Selects all rows from here to where you go.
queue.add_last | add later enqueue up line | Plays it after everything else in the queue.
queue.add_next | play next add enqueue up after | Plays it as soon as this episode ends.
queue.move_down | reorder later sort | Moves the entry one row down.
queue.move_up | reorder earlier sort | Moves the entry one row up.
queue.spread | sort order mix alternate interleave shuffle | Puts episodes of different podcasts between each other.
queue.least_left | sort order shortest remaining finish | Puts what you finish soonest first.
list.collect | playlist add favourite favorite folder group save | Makes a list of your own, or adds to one.
search.start | find filter look | Shows only the rows that have what you type.
search.everywhere | find full text words said question ask look all | Searches every word, also what is said.
search.next | find again | Goes to the next row that matches.
search.previous | find again back | Goes to the row before that matches.
search.clear | reset cancel close leave | Shows everything again.
list.filter | show hide only unheard new finished | Shows only the episodes of one kind; press again for the next kind.
list.sort | order arrange random oldest latest alphabetical | Changes the order; press again for the next one.
list.remove | delete unsubscribe clear erase cancel get rid podcast | Removes what you chose; undo brings it back.
list.mark_played | everything whole podcast | Marks all rows of the list, with one undo.
list.catch_up | clear inbox dismiss everything | Makes nothing new that was; its episodes stay, unplayed.
triage.start | inbox new preview skim radio decide scan taste | Plays some of each; the keys to queue and remove decide.
list.save | playlist rule filter search automatic | Keeps what is listed now as a list that fills itself.
course.show | generative ai lessons embedded built | Hides the course that comes with the program, or shows it.
feed.add | subscribe subscriptions follow find charts rss url opml folder read aloud article page | Adds what you name.
feed.refresh | update reload check fetch new episodes | Looks for new episodes of the podcast at the cursor.
feed.refresh_all | update reload check fetch new episodes everything | Looks for new episodes of all podcasts.
feed.settings | options preferences configure speed automatic download | Of it alone; in All Topics, for all podcasts.
feed.troubles | trouble error fail broken login address move blocked problems offline | Shows why, and what you can do.
download.rename | file names names tidy | Gives downloads of an older version names of podcast, date and title.
download.start | save offline store fetch keep file cancel | Keeps the recording on this machine.
transcribe.pause | speech recognition stop transcription | Lets the machine rest; goes on where it stopped.
list.go_to_playing | current now jump locate | Moves the cursor to what plays.
view.details | show notes info description summary chapters links about | Shows notes, chapters and links.
view.preview | sidebar panel third cover wide | Uses the room of a wide terminal for what plays, or for the list.
details.choose | jump link chapter open | Plays from the chapter, or opens the link.
details.copy | url address clipboard share page | Puts the address of the link at the cursor into the clipboard.
details.answer | solution reveal | Shows what the episode answers, or hides it.
view.episode | show notes info chapters | Shows notes, chapters and links.
view.recap | characters people names who cast summary catch up remember | Lists them; Enter plays the first sentence.
view.transcript | words text read subtitles captions lyrics | Shows what is said, and follows it.
transcript.follow | scroll along sync current | Goes back to the sentence that is being said.
transcript.nudge_back | delay offset late subtitles | Shows the sentences sooner, for this episode.
transcript.nudge_forward | delay offset early subtitles | Shows the sentences later, for this episode.
transcript.copy | clipboard quote | Puts the sentence at the cursor on the clipboard.
transcript.stop | cancel transcription transcribe | Ends the work; what is done so far is kept.
transcript.remove | delete transcription | Deletes the transcript that was made here.
transcript.look_up | dictionary translate translation meaning definition vocabulary | Shows what your dictionary says.
transcript.recognise | transcribe recognize speech text subtitles captions generate | Writes down what is said, offline.
transcript.give_text | ebook e-book epub audiobook align sync read along author | Finds where each sentence is read.
transcript.place | page ebook e-reader reading percent where continue whispersync | Goes between reading and listening.
transcript.select | range several stretch clip mark | Begins a stretch of sentences, which a bookmark takes.
transcript.repeat | loop again learn language shadowing | Plays the sentence at the cursor until told otherwise.
transcript.bookmark | save quote highlight | Keeps the sentence with its time.
found.play | listen jump | Plays from where it is said.
found.queue | later enqueue | Plays the episode after everything else.
found.bookmark | save quote highlight | Keeps the sentence with its time.
found.search | again new query | Goes back to the field.
bookmark.edit | change comment rename write | Changes what you wrote, or the stretch of text.
bookmark.group | sort order arrange | Shows them in another order.
bookmark.copy | clipboard quote share export | Puts text, episode and time on the clipboard.
bookmark.export | save notes quotes highlights obsidian file | Writes a file for each episode into a folder.
bookmark.remember | flashcard learn anki spaced repetition quiz | Asks you about it at growing intervals.
recall.start | quiz test cards flashcards learn review anki questions | Asks the questions that are due today.
bookmark.remove | delete erase | Deletes the bookmark; undo brings it back.
session.plan | budget minutes time commute fill give | Asks how long you have, and fills that time.
session.end | stop cancel finish | Forgets the plan; the queue stays.
sleep.timer | bed night stop after minutes alarm off asleep | Pauses after the time you choose, or at the chapter's end.
sleep.back | fell asleep rewind bed night | Goes back to where you were when you set it.
view.library | home main start podcasts episodes | Shows topics and episodes.
view.session | up next playlist plan | Shows what plays next, and the plan.
view.statistics | stats listened hours time streak | Shows what you have heard, and for how long.
view.history | recently played diary listened what did i hear week | Shows what you heard on each day, to play again.
view.bookmarks | notes quotes saved favourites favorites highlights clips | Shows what you have kept.
view.notices | messages errors log warnings notifications | Shows in full what the bottom line said.
view.theme | dark light mode colors appearance skin look | Shows each theme as you move.
recall.offers | questions quiz turn off disable | Asks a question when an episode of a course ends, or stops that.
sync.now | synchronize upload devices phone cloud | Sends and fetches what has changed.
sync.machines | devices computers list forget rename synced last seen | Shows who shares the folder.
sync.set_up | synchronize cloud backup account login dropbox devices phone another machine computer | Links machines.
undo | revert back mistake oops restore | Takes the last change back: mark, jump, queue, removal.
redo | again restore | Does again what was undone.
work.stop | cancel abort | Ends what runs in the background.
app.help | keys shortcuts keyboard manual commands | Lists every key.
app.quit | exit close leave end | Closes the program, and comes back to this place.
app.detach | background minimize hide close leave daemon | Gives the terminal back; tui-pod attach returns.
app.suspend | background shell job | Stops the program until fg.
"""


@cache
def action_words() -> dict[str, ActionWords]:
    """Return the other words and the explanation of each action, by its id."""
    rows = (line.split(" | ") for line in _TEXTS.strip().splitlines())
    return {ident: ActionWords(*texts) for ident, *texts in rows}


def words_of(ident: str) -> ActionWords:
    """Return the words of an action; none if it has none."""
    return action_words().get(ident, ActionWords())
