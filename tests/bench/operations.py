"""What is measured, as the wire sees it: each operation is a generator of calls that receives their answers.

The same generators are driven over a socket by the load, and through Django's test client by the count of queries.
Plain Python: the load generator imports nothing else of the service.
"""

import json
import re
from collections.abc import Callable, Generator, Mapping
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.bench.wire import Answer, Call, Unexpected, expect

Item = Mapping[str, str]
"""What one run needs: a token, a code, a session's cookie...  Made by :mod:`tests.bench.data`."""
Steps = Generator[Call, Answer, None]
Operation = Callable[[Item], Steps]

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_LEAVES = re.compile(r'http-equiv="refresh" content="0;url=([^"]+)"')


def drive(steps: Steps, send: Callable[[Call], Answer]) -> None:
    """Send each call and hand its answer to the next step; raises :class:`Unexpected` at the first wrong status."""
    call = next(steps, None)
    while call is not None:
        answer = expect(call, send(call))
        try:
            call = steps.send(answer)
        except StopIteration:
            return


def _get(name: str, path: str, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Call:
    return Call(name, "GET", path, headers or {}, status=status)


def _post(
    name: str, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None, *, status: int = 200
) -> Call:
    return Call(name, "POST", path, _FORM | dict(headers or {}), urlencode(form).encode(), status)


def sante(_item: Item) -> Steps:
    """The least that the service can answer: what the machine and the framework cost by themselves."""
    yield _get("sante", "/sante")


def discovery(_item: Item) -> Steps:
    """The discovery document."""
    yield _get("discovery", "/.well-known/openid-configuration")


def jwks(_item: Item) -> Steps:
    """The published keys."""
    yield _get("jwks", "/jwks")


def status_list(item: Item) -> Steps:
    """One status list, as it stands now or as it stood at ``time``."""
    accept = {"Accept": "application/statuslist+jwt"}
    answer = yield _get("status_list", f"/status/0{item.get('query', '')}", accept)
    if answer.headers["content-type"] != "application/statuslist+jwt":
        raise Unexpected(f"status_list: {answer.headers['content-type']}")


def userinfo(item: Item) -> Steps:
    """One answer of userinfo, JSON or JWS as the client's record says."""
    yield _get("userinfo", "/userinfo", {"Authorization": f"Bearer {item['token']}"})


def introspection(item: Item) -> Steps:
    """One introspection; the token must live."""
    form = {"token": item["token"]}
    answer = yield _post("introspection", "/introspect", form, {"Authorization": item["client_authorization"]})
    if not json.loads(answer.body)["active"]:
        raise Unexpected("introspection: the token does not live")


def token(item: Item) -> Steps:
    """One exchange of a code."""
    yield _exchange(item, item["code"])


def _exchange(item: Item, code: str) -> Call:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": item["redirect_uri"]}
    if "code_verifier" in item:
        form["code_verifier"] = item["code_verifier"]
    if "client_authorization" in item:
        return _post("token", "/token", form, {"Authorization": item["client_authorization"]})
    return _post("token", "/token", form | {"client_id": item["client_id"], "client_secret": item["client_secret"]})


def bridge(item: Item) -> Steps:
    """The whole flow: authorize, the page of choice, the choice, token, userinfo."""
    browser = {"Cookie": item["cookie"]}
    answer = yield _get("authorize", f"/authorize?{item['query']}", browser, status=303)
    page = answer.headers["location"]
    yield _get("choice_page", page, browser)
    chosen = {"autorisation": item["autorisation"], "csrfmiddlewaretoken": item["csrf"]}
    answer = yield _post("choice", page, chosen, browser)
    found = _LEAVES.search(answer.body.decode())
    if found is None:
        raise Unexpected("choice: the page does not leave")
    code = parse_qs(urlsplit(unescape(found[1])).query)["code"][0]
    answer = yield _exchange(item, code)
    yield from userinfo({"token": json.loads(answer.body)["access_token"]})


def page(item: Item) -> Steps:
    """One page of the conseiller."""
    yield _get("page", item["path"], {"Cookie": item["cookie"]})


def verification_api(item: Item) -> Steps:
    """One question by an administration's own server."""
    asked = {name: item[name] for name in ("reference", "code", "family_name", "birthdate", "demarche")}
    headers = {"Content-Type": "application/json", "Authorization": item["client_authorization"]}
    answer = yield Call("verification", "POST", "/api/v1/verifications", headers, json.dumps(asked).encode())
    _covers(json.loads(answer.body)["answer"])


def verification_page(item: Item) -> Steps:
    """One question typed by an agent."""
    typed = {name: item[name] for name in ("reference", "code", "family_name", "demarche", "organisation")}
    typed |= dict(zip(("year", "month", "day"), item["birthdate"].split("-"), strict=True))
    cookie = {"Cookie": f"mandats_csrf={item['csrf']}"}
    answer = yield _post("verification", "/verifier", typed | {"csrfmiddlewaretoken": item["csrf"]}, cookie)
    _covers("couvre" if "Oui, le mandat couvre" in answer.body.decode() else "autre")


def _covers(answer: str) -> None:
    if answer != "couvre":
        raise Unexpected(f"verification: {answer}")


def sign_in(item: Item) -> Steps:
    """E-mail, password and code, at the cost of the password's hash."""
    form = {name: item[name] for name in ("email", "password", "code")}
    form |= {"csrfmiddlewaretoken": item["csrf"]}
    yield _post("sign_in", "/connexion", form, {"Cookie": f"mandats_csrf={item['csrf']}"}, status=302)


OPERATIONS: Mapping[str, Operation] = {
    operation.__name__: operation
    for operation in (
        sante,
        discovery,
        jwks,
        status_list,
        userinfo,
        introspection,
        token,
        bridge,
        page,
        verification_api,
        verification_page,
        sign_in,
    )
}
