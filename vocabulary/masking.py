"""Addresses as they may be shown: without the passwords, keys and tokens that some publishers put into them.

What is fetched and stored as an address keeps them; this is for messages, status and coverage.
"""

import re
from urllib.parse import unquote

HIDDEN = "***"
_USERINFO = re.compile(r"(?<=//)[^/?#\s]*@")
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#?\s]{1,80})=([^&#\s]+)")
# names that hold one of these anywhere, and names of which one of those is a part
_SECRET_NAME = re.compile(
    r"(?i)token|secret|passw|passphrase|credential|signature|api-?_?key|jwt|session"
    r"|(?:^|[_.-])(?:[a-z]*key|auth|authorization|sig|pass|pwd|pw|sid|hmac|otp|pin|code)$"
)
_SECRET_INSIDE = re.compile(r"//[^/?#\s]*@|(?i:(?:token|secret|passw[a-z]*|key|auth|sig|signature)=[^&\s])")
_RUN = re.compile(r"[A-Za-z0-9_-]{20,}")
# letters, digits and capitals that take turns: every third character does in base64 and every second in hexadecimal, few do in words
_TURN = re.compile(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])|[a-z](?=[A-Z])")
_CHARACTERS_PER_TURN = 6
_AFTER = ":;,.)\"'>]}!"


def masked_url(text: str) -> str:
    """Return an address, or a text that holds some, with user names, passwords, keys and values that nobody can read replaced by `***`."""
    return _PARAMETER.sub(_mask, _USERINFO.sub(f"{HIDDEN}@", text))


def _mask(found: re.Match[str]) -> str:
    name, written = found.group(1), found.group(2)
    value = written.rstrip(_AFTER)  # what follows the address in a sentence
    plain = unquote(value)
    if not plain or not (_SECRET_NAME.search(unquote(name)) or _SECRET_INSIDE.search(plain) or _is_opaque(plain)):
        return found.group()
    return f"{name}={HIDDEN}{written[len(value) :]}"


def _is_opaque(value: str) -> bool:
    """Tell whether `value` holds a long run of letters and digits that is no words: a key, a hash, a signed token."""
    return any(len(_TURN.findall(run)) * _CHARACTERS_PER_TURN >= len(run) for run in _RUN.findall(value))
