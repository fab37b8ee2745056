"""The sample site with titles, notes and transcripts in other languages, so that whole pages can be looked at.

describe_translated_pages(tag, words)    contexts of all pages of a show in that language
"""

from __future__ import annotations

from dataclasses import replace

from sample_site import describe_sample_pages, make_episodes, make_look, make_sample_show

from site_builder.model.podcast import Chapter, Episode
from site_builder.render.pages.site_context import Context, Link
from site_builder.text.languages import Language

SHOWS: dict[str, tuple[str, str, str, str]] = {
    "ar": (
        "غرفة المصباح",
        "ساعة كل أسبوع لمن لا يمرّ بمنارة دون أن يعدّ ومضاتها.",
        "حرّاس منارات ومرمّمو عدسات وبحّارة يتحدثون عن أضواء السواحل: كيف تعمل، ومن اعتنى بها، وما بقي منها.",
        "لماذا لا تومض منارتان بالطريقة نفسها",
    ),
    "de": (
        "Die Lampenstube",
        "Jede Woche eine Stunde für alle, die an keinem Leuchtturm vorbeikommen, ohne zu zählen.",
        "Wärter, Linsenrestauratorinnen und Seeleute erzählen von Küstenfeuern: wie sie arbeiten und was bleibt.",
        "Warum keine zwei Leuchtturmkennungen übereinstimmen",
    ),
    "es": (
        "El cuarto de la lámpara",
        "Una hora a la semana para quien no puede pasar junto a un faro sin contar.",
        "Fareros, restauradoras de lentes y marineros hablan de las luces de la costa y de lo que queda de ellas.",
        "Por qué no hay dos faros que parpadeen igual",
    ),
    "fr": (
        "La chambre de veille",
        "Une heure par semaine pour qui ne peut passer devant un phare sans compter.",
        "Gardiens, restauratrices de lentilles et marins parlent des feux de la côte et de ce qu’il en reste.",
        "Pourquoi deux phares ne clignotent jamais pareil",
    ),
    "ja": (
        "灯室から",
        "灯台の前を通ると、つい光を数えてしまう人のための毎週一時間。",
        "灯台守、レンズの修復家、船乗りたちが、海岸の灯りについて語ります。どのように動き、誰が守り、何が残っているのか。",
        "なぜ灯台の光り方は一つとして同じではないのか",
    ),
    "pt-br": (
        "A sala da lanterna",
        "Uma hora por semana para quem não passa por um farol sem contar.",
        "Faroleiros, restauradoras de lentes e marinheiros falam das luzes da costa e do que resta delas.",
        "Por que dois faróis nunca piscam do mesmo jeito",
    ),
}
"""Title, subtitle, description and the title of the first episode."""


def describe_translated_pages(tag: str, words: Language) -> list[Context]:
    """The context of every page of the sample in one language."""
    title, subtitle, description, first = SHOWS[tag]
    show = make_sample_show(
        language=tag,
        url=f"https://lamproom.example/{tag}/",
        title=title,
        subtitle=subtitle,
        description=description,
        funding=(),
    )
    about = Link(label={"ar": "عنّا", "ja": "番組について"}.get(tag, "Info"), href="about/")
    episodes = [_translate(episode, first, subtitle, description) for episode in make_episodes()[:5]]
    return describe_sample_pages(show, make_look(pages=(about,), footer=subtitle), episodes, words)


def _translate(episode: Episode, title: str, summary: str, text: str) -> Episode:
    """The episode with everything it says in the language."""
    return replace(
        episode,
        title=title if episode.number == 14 else f"{title} ({episode.number})",
        summary=summary,
        notes_html=f"<p>{text}</p>",
        tags=(),
        chapters=tuple(Chapter(start=chapter.start, title=summary) for chapter in episode.chapters),
        cues=tuple(replace(cue, text=text) for cue in episode.cues),
        soundbites=(),
        funding=(),
        facts={},
    )
