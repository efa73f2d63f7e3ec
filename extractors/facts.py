"""Facts about a candidate: what the learned judge knows of an actor and an issue in a sentence.

Every fact is a relation: how the actor stands to the words, how the words stand to the watch's cues, what general English makes of
the predicates between. None names an actor, an issue, a person or a word of a watch, so that what was learned on one topic holds for
another. A fact is a name with a number; what is not there is 0.
"""

from dataclasses import dataclass, field

from extractors.answers import question_above
from extractors.candidates import Candidate, Scene, Scenes
from extractors.clauses import SUBJECTS
from extractors.holders import Holder
from extractors.lexicon import Lexicon, first_class, phrases
from extractors.own_part import find_pair, issue_for
from extractors.parse import Token
from extractors.scope import Scope

Facts = dict[str, float]
FactParts = tuple[Facts, ...]
"""The facts of a candidate in parts; what two parts have in common has one value."""

FURTHEST_NODE = 6  # predicates looked at on the way from a cue to the root
MOST_HITS = 3
_WEIGHTY = frozenset(("if", "unless", "once", "provided", "until", "after", "but", "despite", "although", "whether", "only", "without"))
_LISTING = frozenset(("including", "like", "as"))
_DENYING = frozenset(("no", "any", "further"))
_MODIFIERS = frozenset(("poss", "amod", "compound", "nmod"))
_NAMES = frozenset(("NOUN", "PROPN"))
_PREDICATES = frozenset(("VERB", "AUX", "ADJ"))


@dataclass(slots=True)
class _Node:
    """What one word on the way says, found once per document."""

    attitude: str
    lemma: str
    negated: bool
    modal: str
    subjects: dict[str, str]
    """Actor to kind of holder, of those who do what the word says."""
    objects: frozenset[str]
    prepositional: dict[str, str]
    """Actor to the preposition by which it hangs on the word."""
    owners: frozenset[str]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """The way from a cue up to the root, read once for all actors."""

    facts: Facts
    """What it says whoever the actor is."""
    predicates: list[tuple[int, Token, _Node]]
    """Each with its place on the way."""
    owned: list[tuple[int, Token, _Node]]
    """The nouns that somebody owns."""
    steps: dict[int, int]
    """Word to its place, for all words on the way."""


@dataclass(slots=True)
class FactFinder:
    """The facts of one document's candidates."""

    scenes: Scenes
    lexicon: Lexicon
    _scope: Scope = field(init=False)
    _nodes: dict[int, _Node] = field(default_factory=dict)
    _scene_facts: dict[int, Facts] = field(default_factory=dict)
    _issue_facts: dict[tuple[int, str], Facts] = field(default_factory=dict)
    _actor_facts: dict[tuple[int, str], Facts] = field(default_factory=dict)
    _paths: dict[int, list[Token]] = field(default_factory=dict)
    _ways: dict[int, _Way] = field(default_factory=dict)
    _places: dict[tuple[int, str], tuple[set[int], list[Token]]] = field(default_factory=dict)
    _list_heads: dict[int, Token] = field(default_factory=dict)
    _ranks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Rank the actors by how often the document speaks of them."""
        self._scope = Scope(self.scenes.clauses, self.lexicon)
        counted = sorted(self.scenes.spoken_of.values(), reverse=True)
        self._ranks = {actor: counted.index(count) for actor, count in self.scenes.spoken_of.items()}

    def facts_of(self, candidate: Candidate) -> Facts:
        """Return the facts of `candidate`: of the sentence, of the issue in it, of the actor in it, and of the two together."""
        return merge_facts(self.parts_of(candidate))

    def parts_of(self, candidate: Candidate) -> FactParts:
        """Return the same in parts, of which all but the last are shared with other candidates."""
        own: Facts = {}
        self._add_pair(own, candidate)
        self._add_rules(own, candidate)
        ways = [self._way(self.scenes.doc[hit.head]).facts for hit in candidate.hits[:MOST_HITS]]
        return (self._of_scene(candidate.scene), self._of_issue(candidate), self._of_actor(candidate), *ways, own)

    # --- the sentence ------------------------------------------------------------------------------------------------

    def _of_scene(self, scene: Scene) -> Facts:
        known = self._scene_facts.get(scene.index)
        if known is not None:
            return known
        span, root = scene.span, scene.span.root
        quoted = sum(self.scenes.speech.is_quoted(token) for token in span) / max(1, len(span))
        facts: Facts = {
            "S:length": min(len(span), 60) / 60,
            "S:place": min(scene.index, 30) / 30,
            "S:quoted": quoted,
            f"S:root={self._attitude(root)}": 1,
            f"S:tag={root.tag_}": 1,
            f"S:modal={self.scenes.clauses.modal(root)}": 1,
        }
        _flag(facts, "S:question", span.text.rstrip().rstrip("\"”’'").endswith("?"))
        _flag(facts, "S:first", scene.index == 0)
        _flag(facts, "S:all quoted", quoted > 0.8)
        _flag(facts, "S:root negated", self.scenes.clauses.is_negated(root))
        _flag(facts, "S:speech", root.lemma_.lower() in self.lexicon.speech_verbs)
        _flag(facts, "S:of nobody", scene.spoken_by_nobody)
        for token in span:
            lower = token.lower_
            if lower in _WEIGHTY:
                facts[f"S:word={lower}"] = 1
            if token.dep_ == "neg":
                facts["S:negation"] = 1
            if token.tag_ == "MD":
                facts[f"S:md={lower}"] = 1
        self._scene_facts[scene.index] = facts
        return facts

    # --- the issue in the sentence -----------------------------------------------------------------------------------

    def _of_issue(self, candidate: Candidate) -> Facts:
        scene, issue, hits = candidate.scene, candidate.issue, candidate.hits
        key = (scene.index, issue.id)
        if (known := self._issue_facts.get(key)) is not None:
            return known
        total = sum(self.scenes.issue_hits.values()) or 1
        here = {hit.issue.id for hit in scene.hits}
        count = self.scenes.issue_hits[issue.id]
        facts: Facts = {
            "I:hits": min(len(hits), 3) / 3,
            "I:others": min(len(here - {issue.id}), 4) / 4,
            "I:share": count / total,
            "I:count": min(count, 10) / 10,
        }
        around = self.scenes.scenes[max(scene.index - 2, 0) : scene.index + 2]
        for other in around:
            if other is not scene and any(hit.issue.id == issue.id for hit in other.hits):
                facts[f"I:near={other.index - scene.index}"] = 1
        _flag(facts, "I:talking supports", issue.talking_supports)
        _flag(facts, "I:own forces", bool(issue.own_forces_of))
        _flag(facts, "I:in title", any(hit.issue.id == issue.id for hit in self.scenes.scenes[0].hits))
        if hits:
            longest = max(hits, key=lambda hit: len(hit.match.words))
            facts["I:words"] = min(len(longest.match.words), 4) / 4
            facts[f"I:head={self.scenes.doc[longest.head].pos_}"] = 1
            _flag(facts, "I:act", longest.cue.act)
            _flag(facts, "I:inverse", longest.cue.inverse)
            _flag(facts, "I:back", longest.cue.match == "it")
            _flag(facts, "I:other part", all(hit.issue.id != issue.id for hit in hits))
        self._issue_facts[key] = facts
        return facts

    # --- the actor in the sentence -----------------------------------------------------------------------------------

    def _of_actor(self, candidate: Candidate) -> Facts:
        scene, actor = candidate.scene, candidate.actor
        key = (scene.index, actor)
        if (known := self._actor_facts.get(key)) is not None:
            return known
        mentions, bare, sources = scene.mentions.get(actor, []), scene.bare.get(actor, []), scene.sources.get(actor, [])
        known_actor = self.scenes.watch.actor_by_id.get(actor)
        total = sum(self.scenes.spoken_of.values()) or 1
        rank = self._ranks.get(actor, 9)
        facts: Facts = {
            "A:others": min(len(scene.mentions), 6) / 6,
            "A:share": self.scenes.spoken_of[actor] / total,
            "A:rank": min(rank, 5) / 5,
            f"A:is={known_actor.kind if known_actor else 'state'}": 1,
        }
        reach = candidate.reach
        facts["A:before=" + (f"{reach[0]}{'s' if reach[1] else 'o'}" if reach else "no")] = 1
        _flag(facts, "A:mentioned", bool(mentions))
        _flag(facts, "A:bare", bool(bare) and not mentions)
        _flag(facts, "A:speaks", bool(sources))
        _flag(facts, "A:only before", not (mentions or bare or sources))
        _flag(facts, "A:top", rank == 0)
        first = self.scenes.scenes[0]
        _flag(facts, "A:in title", actor in first.mentions or actor in first.bare)
        if sources:
            source, holder = min(sources, key=lambda one: one[0].end - one[0].start)
            facts[f"A:speaker={holder.kind}"] = 1
            _flag(facts, "A:quoted", source.quoted)
            _flag(facts, "A:carried", source.verb < 0)
            _flag(facts, "A:presumed", source.presumed)
            if source.verb >= 0:
                facts[f"A:verb={self._general(self.scenes.doc[source.verb])}"] = 1
        for token, holder in mentions[:4]:
            self._add_mention(facts, token, holder, scene.span.root)
        for token in [*(token for token, _ in mentions[:4]), *bare[:3]]:
            self._add_list(facts, token, scene.span.root)
        if mentions:
            firsts = min(token.i for found in scene.mentions.values() for token, _ in found)
            _flag(facts, "A:first", min(token.i for token, _ in mentions) == firsts)
        self._actor_facts[key] = facts
        return facts

    def _add_mention(self, facts: Facts, token: Token, holder: Holder, root: Token) -> None:
        facts[f"A:kind={holder.kind}"] = 1
        facts[f"A:dep={token.dep_}"] = 1
        _flag(facts, "A:pronoun", token.pos_ == "PRON")
        if token.dep_ == "pobj":
            facts[f"A:prep={token.head.lower_}"] = 1
        if token.dep_ in ("dobj", "dative"):
            facts[f"A:object of={self._general(token.head)}"] = 1
        if token.dep_ in SUBJECTS:
            verb = self._node(token.head)
            facts[f"A:does={verb.attitude}"] = 1
            facts[f"A:verb of={self._general(token.head)}"] = 1
            facts[f"A:modal={verb.modal}"] = 1
            _flag(facts, "A:negated", verb.negated)
            _flag(facts, "A:root subject", token.head.i == root.i)

    def _add_list(self, facts: Facts, token: Token, root: Token) -> None:
        """Add what the head of a list or a title stands for: `leaders, including A`, `the A minister`."""
        head = self._list_head(token)
        if head.dep_ in _MODIFIERS and head.head.lemma_.lower() in self.lexicon.nobody:
            facts["A:of nobody"] = 1
        if head.i != token.i:
            facts["A:listed"] = 1
            facts[f"A:list dep={head.dep_}"] = 1
        if head.dep_ in SUBJECTS:
            facts[f"A:list does={self._node(head.head).attitude}"] = 1
            _flag(facts, "A:list root", head.head.i == root.i)
            _flag(facts, "A:list speaks", head.head.lemma_.lower() in self.lexicon.speech_verbs)
        elif head.dep_ == "pobj":
            facts[f"A:list prep={head.head.lower_}"] = 1
        elif head.dep_ in _MODIFIERS:
            facts[f"A:modifies={self._attitude(head.head)}"] = 1

    # --- the two together --------------------------------------------------------------------------------------------

    def _add_pair(self, facts: Facts, candidate: Candidate) -> None:
        if not candidate.hits:
            facts["P:no cue"] = 1
            return
        scene, actor = candidate.scene, candidate.actor
        places, heads = self._places_of(scene, actor)
        nearest = 30
        for hit in candidate.hits[:MOST_HITS]:
            head = self.scenes.doc[hit.head]
            nearest = min([nearest, *(abs(place - head.i) for place in places)])
            _flag(facts, "P:in cue", any(hit.match.start <= place < hit.match.end for place in places))
            _flag(facts, "P:below cue", any(head.left_edge.i <= place <= head.right_edge.i for place in places))
            self._add_path(facts, self._way(head), actor, heads)
            self._add_source(facts, head, candidate)
        facts["P:distance"] = nearest / 30
        _flag(facts, "P:asked", question_above(self.scenes.doc[candidate.hits[0].head]) is not None)
        if places:
            head_at = candidate.hits[0].head
            near = min(places, key=lambda place: (abs(place - head_at), place))
            low, high = sorted((near, head_at))
            _flag(facts, "P:actor before", near < head_at)
            between = sum(1 for other, found in scene.bare.items() if other != actor for token in found if low < token.i < high)
            facts["P:between"] = min(between, 4) / 4

    def _places_of(self, scene: Scene, actor: str) -> tuple[set[int], list[Token]]:
        """Return the words by which a sentence names an actor, and the heads of the lists that they are in."""
        key = (scene.index, actor)
        if key not in self._places:
            tokens = [token for token, _ in scene.mentions.get(actor, ())] + scene.bare.get(actor, [])
            heads = {head.i: head for head in map(self._list_head, tokens)}
            self._places[key] = {token.i for token in tokens}, list(heads.values())
        return self._places[key]

    def _way(self, head: Token) -> _Way:
        """Read what stands on the way from a cue up to the root."""
        if (known := self._ways.get(head.i)) is not None:
            return known
        path = self.path(head)
        way = _Way({f"P:cue dep={head.dep_}": 1}, [], [], {token.i: number for number, token in enumerate(path)})
        facts = way.facts
        for child in head.children:
            if child.dep_ in ("det", "neg", "amod") and (child.lower_ in self.lexicon.negative or child.lower_ in _DENYING):
                facts[f"P:cue det={child.lower_}"] = 1
        for number, token in enumerate(path):
            node = self._node(token)
            if node.attitude != "none" and (number or token.pos_ == "VERB"):
                facts[f"P:{min(number, 3)}={node.attitude}"] = 1
                facts[f"P:any={node.attitude}"] = 1
            if 0 < number < 4:
                facts[f"P:dep {number}={path[number - 1].dep_}"] = 1
            if token.pos_ in _PREDICATES:
                way.predicates.append((number, token, node))
                _flag(facts, f"P:negated {min(number, 2)}", node.negated)
                _flag(facts, f"P:modal={node.modal}", bool(node.modal))
                for mark in node.marks:
                    facts[f"P:mark={mark}"] = 1
            elif node.owners:
                way.owned.append((number, token, node))
        self._ways[head.i] = way
        return way

    def _add_path(self, facts: Facts, way: _Way, actor: str, heads: list[Token]) -> None:
        """Add where the actor hangs on the way from the cue up to the root."""
        subject_at = -1
        for number, token, node in way.predicates:
            if subject_at < 0 and node.subjects:
                if actor in node.subjects:
                    subject_at = number
                    self._add_subject(facts, node, token, actor, number)
                else:
                    facts["P:other subject"] = 1
            if actor in node.objects:
                facts[f"P:object {min(number, 2)}"] = 1
            if actor in node.prepositional:
                facts[f"P:by={node.prepositional[actor]}"] = 1
        for number, token, node in way.owned:
            if actor in node.owners:
                facts[f"P:owns {min(number, 2)}"] = 1
                facts[f"P:owned={self._general(token)}"] = 1
        for head in heads:
            above = head.head
            if above.i == head.i:
                continue
            if above.i in way.steps:
                facts[f"P:hangs {min(way.steps[above.i], 3)}={head.dep_}"] = 1
            if above.dep_ == "prep" and above.head.i != above.i and above.head.i in way.steps:
                facts[f"P:hangs {min(way.steps[above.head.i], 3)} by={above.lower_}"] = 1
        _flag(facts, "P:no subject", subject_at < 0)

    def _add_subject(self, facts: Facts, node: _Node, token: Token, actor: str, number: int) -> None:
        facts[f"P:subject {min(number, 4)}"] = 1
        facts[f"P:subject does={node.attitude}"] = 1
        facts[f"P:subject verb={self._general(token)}"] = 1
        facts[f"P:subject kind={node.subjects[actor]}"] = 1
        _flag(facts, f"P:subject modal={node.modal}", bool(node.modal))
        _flag(facts, "P:subject negated", node.negated)

    def _add_source(self, facts: Facts, head: Token, candidate: Candidate) -> None:
        inner = self.scenes.speech.source_of(head)
        for source, _ in candidate.scene.sources.get(candidate.actor, ()):
            if source.start <= head.i < source.end:
                facts["P:in words"] = 1
                _flag(facts, "P:innermost", source is inner)
        if inner is not None and inner.holders and not any(candidate.actor in holder.ids for holder in inner.holders):
            facts["P:other's words"] = 1

    def _add_rules(self, facts: Facts, candidate: Candidate) -> None:
        """Add what the rules propose for the pair."""
        if not candidate.proposals:
            _flag(facts, "R:other part", self._proposes_other_part(candidate))
            _flag(facts, "R:another", bool(candidate.others))
            _flag(facts, "R:beside", bool(candidate.beside))
            for other in candidate.others:
                if other.source is not None and any(candidate.actor in holder.ids for holder in other.source.holders):
                    facts["R:tells of another"] = 1  # `A said that B backs it`
                    facts[f"R:tells of={other.rule.partition(':')[0].partition(' ')[0]}"] = 1
            return
        proposal = candidate.proposals[0]
        facts["R:any"] = 1
        facts[f"R:stance={proposal.leaning.stance()}"] = 1
        facts[f"R:rule={proposal.rule.partition(':')[0].partition(' ')[0]}"] = 1
        facts[f"R:kind={proposal.holder.kind}"] = 1
        _flag(facts, "R:act", proposal.act)
        _flag(facts, "R:needs", proposal.needs >= 0)
        _flag(facts, "R:decided", proposal.leaning.decided)

    def _proposes_other_part(self, candidate: Candidate) -> bool:
        """Tell whether the rules would give the actor the other issue of own part and undertaking."""
        if not candidate.hits or find_pair(self.scenes.watch, candidate.issue) is None:
            return False
        scenes = self.scenes
        chosen = issue_for(
            candidate.hits[0], candidate.actor, watch=scenes.watch, doc=scenes.doc, clauses=scenes.clauses, actors=scenes.actors
        )
        return chosen.id != candidate.issue.id

    # --- words ---------------------------------------------------------------------------------------------------------

    def path(self, head: Token) -> list[Token]:
        """Return `head` and the words above it, up to the root or as far as facts look."""
        if head.i not in self._paths:
            path = [head]
            while len(path) < FURTHEST_NODE and path[-1].head.i != path[-1].i:
                path.append(path[-1].head)
            self._paths[head.i] = path
        return self._paths[head.i]

    def does(self, token: Token, actor: str) -> bool:
        """Tell whether `actor` does what `token` says."""
        return actor in self._node(token).subjects

    def is_anybodys(self, token: Token) -> bool:
        """Tell whether some actor does what `token` says."""
        return bool(self._node(token).subjects)

    def is_governed(self, token: Token) -> bool:
        """Tell whether the word above says what stance it is: `refused to lift X`."""
        return self._scope.is_governed_infinitive(token)

    def attitude_of(self, token: Token) -> str:
        """Return what general English makes of `token`: an attitude, or `none`."""
        return self._node(token).attitude

    def is_negated(self, token: Token) -> bool:
        """Tell whether the clause of `token` is negated."""
        return self._node(token).negated

    def _node(self, token: Token) -> _Node:
        if (known := self._nodes.get(token.i)) is not None:
            return known
        clauses, actors = self.scenes.clauses, self.scenes.actors
        is_predicate = token.pos_ in _PREDICATES
        subjects: dict[str, str] = {}
        objects: set[str] = set()
        prepositional: dict[str, str] = {}
        marks: list[str] = []
        if is_predicate:
            subjects = {actor: str(holder.kind) for holder in clauses.subjects(token) for actor in holder.ids}
            for child in token.children:
                if child.dep_ in ("dobj", "dative"):
                    objects.update(actor for holder in actors.holders(child) for actor in holder.ids)
                elif child.dep_ == "prep":
                    for grand in child.children:
                        if grand.dep_ == "pobj":
                            prepositional.update((a, child.lower_) for holder in actors.holders(grand) for a in holder.ids)
                elif child.dep_ == "mark":
                    marks.append(child.lower_)
        owners = frozenset(a for holder in clauses.owners(token) for a in holder.ids) if token.pos_ in _NAMES else frozenset()
        node = _Node(
            attitude=self._attitude(token),
            lemma=token.lemma_.lower(),
            negated=is_predicate and clauses.is_negated(token),
            modal=clauses.modal(token) if is_predicate else "",
            subjects=subjects,
            objects=frozenset(objects),
            prepositional=prepositional,
            owners=owners,
            marks=tuple(marks),
        )
        self._nodes[token.i] = node
        return node

    def _attitude(self, token: Token) -> str:
        """Return what general English makes of a word: an attitude, or `none`."""
        if token.pos_ in ("VERB", "AUX"):
            found = first_class(phrases(token), self.lexicon.predicates)
        elif token.pos_ == "ADJ":
            found = first_class(phrases(token), self.lexicon.adjectives)
        elif token.pos_ in _NAMES:
            found = first_class([token.lemma_.lower()], self.lexicon.nouns)
        else:
            found = None
        return str(found[0]) if found else "none"

    def _list_head(self, token: Token) -> Token:
        if token.i not in self._list_heads:
            self._list_heads[token.i] = _list_head(token, self.lexicon)
        return self._list_heads[token.i]

    def _general(self, token: Token) -> str:
        """Return the lemma of a word that the lexicon of general English knows, else its word class: no topic, no name."""
        lemma = token.lemma_.lower()
        known = lemma in self.lexicon.predicates or lemma in self.lexicon.speech_verbs or lemma in self.lexicon.nouns
        return lemma if known else token.pos_


def merge_facts(parts: FactParts) -> Facts:
    """Return facts that come in parts as one."""
    merged: Facts = {}
    for part in parts:
        merged.update(part)
    return merged


def _flag(facts: Facts, name: str, holds: bool) -> None:
    if holds:
        facts[name] = 1


def _list_head(token: Token, lexicon: Lexicon) -> Token:
    """Climb from an item to the head of its list, and from a modifier to the official whom it describes."""
    for _ in range(6):
        above = token.head
        if above.i == token.i:
            break
        is_item = token.dep_ in ("conj", "appos")
        is_described = token.dep_ in _MODIFIERS and above.pos_ in _NAMES and above.lemma_.lower() in lexicon.officials
        if is_item or is_described:
            token = above
        elif token.dep_ == "pobj" and above.lower_ in _LISTING and above.dep_ == "prep" and above.head.pos_ in (*_NAMES, "NUM"):
            token = above.head
        else:
            break
    return token
