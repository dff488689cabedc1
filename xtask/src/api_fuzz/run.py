"""Holds a server against the API's description, as every kind of visitor: sends what the description allows and what it doesn't,
and reports answers that it doesn't promise. Each visitor has a copy of the same data folder, so nothing that one of them destroys
is missed by the next."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

CHARTSY = sys.argv[1]
IS_LONG = "long" in sys.argv[2:]
CHOSEN = [argument for argument in sys.argv[2:] if argument != "long"]

KEY = "sk_test_fuzz00000000000000000000"
PASSWORD = "Correct1horse"
ROLES = ("admin", "billing_admin", "member", "viewer")
SCOPES = ("read_metrics", "read_customers", "manage")
# A fixed time keeps the amounts of the sample account the same on every day.
NOW = "2026-06-15T12:00:00Z"
# Whoever calls these is then signed out, or has lost what the others are about: they come last, in this order.
ENDING = (
    "change_password",
    "end_other_sessions",
    "end_session",
    "remove_member",
    "transfer_workspace",
    "leave_workspace",
    "delete_account",
    "delete_connection",
    "delete_workspace",
    "delete_session",
)
# What a visitor with a link sees: of the days that most requests are about.
SHARED_VIEW = "from=2026-01-01&to=2026-06-15&currency=usd"
# An answer that doesn't end.
ENDLESS = "stream_sync"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,unsupported_method"
)
SEED = "20260615"
# Requests to a provider go nowhere: nobody outside this machine is called. The sandbox is.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}


class Process:
    """One of the binary's, until the end of the block."""

    def __init__(self, *arguments):
        self.log = tempfile.TemporaryFile("w+")
        environment = {**os.environ, **OFFLINE, "RUST_LOG": "error"}
        command = [CHARTSY, *map(str, arguments)]
        self.child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment
        )
        self.lines = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(timeout=30)

    def line(self):
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit(f"{self.child.args} ended: {self.logged()}")
        return line

    def logged(self):
        self.log.seek(0)
        return self.log.read()


class Server(Process):
    def __init__(self, folder, has_mail=True):
        mail = ("--smtp-url", "smtp://127.0.0.1:9?tls=none", "--mail-from", "Chartsy <chartsy@example.com>")
        options = ("--listen", "127.0.0.1:0", "--rates-url", "none", "--sign-up", "open", "--outgoing", "any")
        super().__init__("serve", "--data", folder, *options, *(mail if has_mail else ()))
        self.base = re.search(r"http://[0-9.:]+", self.line()).group()

    def ask(self, method, path, body=None, **headers):
        headers = {"Sec-Fetch-Site": "same-origin", **headers}
        answer = requests.request(method, self.base + "/api/v1" + path, json=body, headers=headers, timeout=60)
        if not answer.ok:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer


def account(name, **more):
    address = f"{name}@example.com"
    password = {"password": PASSWORD, "password_confirmation": PASSWORD}
    return {"full_name": name, "email": address, "username": name, **password, **more}


def session(answer):
    return {"Cookie": f"chartsy_session={answer.cookies['chartsy_session']}"}


def prepare(server, sandbox):
    """One visitor of each kind, by name, with the headers that say who it is; and what their requests can be about."""
    code = server.line().removeprefix("setup code: ").split()[0]
    owner = session(server.ask("POST", "/setup/owner", account("owner", setup_code=code)))
    source = server.ask("GET", "/sources", **owner).json()["data"][0]["id"]
    connecting = {"source": source, "key": KEY, "api_base": sandbox}
    connection = server.ask("POST", "/connections", connecting, **owner).json()["id"]
    visitors = {"nobody": {}, "owner": owner}
    for role in (*ROLES, "stranger"):
        invited = {"role": "viewer" if role == "stranger" else role}
        code = server.ask("POST", "/invitations", invited, **owner).json()["code"]
        # The bare names of roles are reserved.
        joined = server.ask("POST", "/sign-up", account(f"the{role.replace('_', '')}", invitation=code))
        visitors[role] = session(joined)
    workspace = server.ask("GET", "/workspaces", **owner).json()["data"][0]["id"]
    # Belongs to another workspace of the same server, and to no other.
    stranger = visitors["stranger"]
    server.ask("POST", "/workspaces", {"name": "Elsewhere"}, **stranger)
    server.ask("POST", "/workspace/leave", **stranger, **{"Chartsy-Workspace": workspace})
    tokens = {}
    for scope in SCOPES:
        token = server.ask("POST", "/tokens", {"name": scope, "scope": scope}, **owner).json()
        visitors[f"token-{scope}"] = {"Authorization": f"Bearer {token['secret']}"}
        tokens[scope] = token["id"]
    invitation = server.ask("POST", "/invitations", {"role": "viewer"}, **owner).json()
    entered = {"currency": "kwd", "base": "usd", "rate": "3.25", "from": "2026-01-01"}
    server.ask("POST", "/rates", entered, **owner)
    rate = server.ask("GET", "/rates", **owner).json()["data"][0]
    below = f"/connections/{connection}"
    wait_until_loaded(server, below, owner)
    shared = {"name": "For the bank", "page": "mrr", "view": SHARED_VIEW, "hides_amounts": True}
    link = server.ask("POST", f"{below}/share-links", shared, **owner).json()["url"].split("#")[1]
    # A visit lasts no longer than the server: each one opens the link again.
    visitors["share-link"] = lambda server: opened(server, link)
    share_link = server.ask("GET", "/share-links", **owner).json()["data"][0]
    customers = server.ask("GET", f"{below}/customers?limit=5", **owner).json()["data"]
    members = server.ask("GET", "/members", **owner).json()["data"]
    metrics = server.ask("GET", "/metrics", **owner).json()["data"]
    known = {
        "path.id": [connection],
        "path.customer_id": [one["id"] for one in customers],
        "path.user_id": [one["user_id"] for one in members if one["username"] in ("themember", "theviewer")],
        "path.invitation_id": [invitation["id"]],
        "path.token_id": [tokens["read_metrics"]],
        "path.rate_id": [rate["id"]],
        "path.link_id": [share_link["id"]],
        "path.metric": [one["id"] for one in metrics],
        "path.part": ["mrr", "customers", "revenue", "churned_mrr"],
        "header.Chartsy-Workspace": [workspace],
        "query.currency": ["native", "usd", "eur", "jpy"],
        "query.from": ["2025-01-01", "2026-01-01", "2026-06-01"],
        "query.to": ["2026-01-31", "2026-06-15"],
        "query.month_on": ["2026-01-01", "2026-05-01"],
    }
    return visitors, known


def opened(server, code):
    """Who a visitor with a link is, after having seen the page that it shares."""
    visit = server.ask("POST", "/shared/open", {"code": code}).json()
    headers = {"Authorization": f"Bearer {visit['token']}"}
    page = server.ask("GET", f"/shared/metrics/mrr?{SHARED_VIEW}&interval=month", **headers).json()
    currencies = {series["currency"] for series in page["series"]}
    if currencies != {"xxx"}:
        raise SystemExit(f"a link that hides amounts shows {currencies}")
    return headers


def wait_until_loaded(server, below, owner):
    for _ in range(600):
        progress = server.ask("GET", f"{below}/sync", **owner).json()
        if progress["phase"] == "idle" and progress["data_through"]:
            return
        time.sleep(0.1)
    raise SystemExit(f"the sample account was not imported: {progress}")


def configuration(known):
    """Most requests are about something that exists; the others are about whatever occurs to the generator."""
    lines = ["[dictionaries]"]
    lines += [f'"{name}" = {{ values = {json.dumps(values)} }}' for name, values in known.items()]
    lines.append("[parameters]")
    lines += [f'"{name}" = {{ dictionary = "{name}", probability = 0.85 }}' for name in known]
    return "\n".join(lines)


def hold(server, headers, folder, settings, *more):
    """Whether one visitor got only answers that are described."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", settings, "run", f"{server.base}/api/openapi.json", "--url", server.base]
    command += ["--checks", CHECKS, "--warnings", "off", "--no-color", "--continue-on-failure", "--no-shrink"]
    command += ["--seed", SEED, "--generation-deterministic"]
    # Every request is this visitor's.
    command += ["--generation-with-security-parameters", "false"]
    command += ["--request-timeout", "30", "--suppress-health-check", "all", "--max-redirects", "0"]
    for name, value in {"Sec-Fetch-Site": "same-origin", **headers}.items():
        command += ["--header", f"{name}:{value}"]
    output = subprocess.run([*map(str, command), *more], cwd=folder, capture_output=True, text=True)
    said = output.stdout + output.stderr
    if IS_LONG:
        print(said)
    return output.returncode == 0, said


def visit(name, headers, prepared, settings, folder):
    """Everything that one visitor tries, on a copy of the folder."""
    data = folder / name
    shutil.copytree(prepared, data)
    # The owner is let in everywhere, and a visitor with a link where nobody else is: what others are refused needs fewer
    # requests. `long` tries every boundary of every parameter, too.
    examples = "60" if IS_LONG else "10" if name in ("owner", "share-link") else "2"
    usual = ["--phases", "examples,coverage,fuzzing" if IS_LONG else "fuzzing", "--max-examples", examples]
    skipped = [word for operation in (*ENDING, ENDLESS) for word in ("--exclude-operation-id", operation)]
    found, requests_sent = [], 0
    started = time.monotonic()
    with Server(data) as server:
        # Known from before, or only now.
        headers = headers(server) if callable(headers) else headers
        last = [["--include-operation-id", operation] for operation in ENDING]
        # One at a time takes long: each time, Schemathesis starts anew.
        steps = [skipped, *last] if IS_LONG else [skipped, sum(last, [])]
        for step in steps:
            is_good, said = hold(server, headers, folder, settings, *usual, *step)
            requests_sent += sum(int(count) for count in re.findall(r"(\d+) generated", said))
            if not is_good:
                found.append(said)
        logged = server.logged()
    if "panicked" in logged or "internal error" in logged:
        found.append(logged)
    if not requests_sent:
        found.append(f"nothing was tried as {name}")
    outcome = "NOT as described" if found else "as described"
    print(f"{name}: {requests_sent} requests, {outcome} ({time.monotonic() - started:.0f} s)", flush=True)
    return found


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        prepared = folder / "prepared"
        account = ("--merchant", "mid", "--customers", "40", "--key", KEY, "--now", NOW)
        with Process("sandbox", "--listen", "127.0.0.1:0", *account) as sandbox:
            base = sandbox.line().split()[1]
            # Without mail, whoever is invited is signed in at once.
            with Server(prepared, has_mail=False) as server:
                visitors, known = prepare(server, base)
            settings = folder / "schemathesis.toml"
            settings.write_text(configuration(known))
            found = []
            for name, headers in visitors.items():
                if not CHOSEN or name in CHOSEN:
                    found += visit(name, headers, prepared, settings, folder)
    for one in found:
        print(one, file=sys.stderr)
    sys.exit(1 if found else 0)


main()
