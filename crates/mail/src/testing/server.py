"""A real SMTP server for the tests. Its manners come as JSON in the first argument. Everything that happens is one line of JSON on
standard output. It ends when its standard input does."""

import asyncio
import email
import email.policy
import json
import logging
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

# It warns about what the tests want it to do.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore")
manners = json.loads(sys.argv[1])


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return manners["refuse"].get("mail", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = manners["refuse"].get("rcpt " + address) or manners["refuse"].get("rcpt")
        if refusal is None:
            envelope.rcpt_tos.append(address)
        else:
            tell(what="refused", to=address)
        return refusal or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        bodies = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        tell(
            what="message",
            mail_from=envelope.mail_from,
            rcpt_tos=envelope.rcpt_tos,
            is_encrypted=server.transport.get_extra_info("ssl_object") is not None,
            user=session.auth_data,
            headers=[[name, str(value)] for name, value in message.items()],
            type=message.get_content_type(),
            text=bodies.get("text/plain"),
            html=bodies.get("text/html"),
        )
        if manners["silent"]:
            await asyncio.Event().wait()
        return manners["refuse"].get("data", "250 2.0.0 OK, queued")


def authenticated(server, session, envelope, mechanism, data):
    is_right = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == manners["login"]
    return AuthResult(success=is_right, handled=False, auth_data=data.login.decode())


def encryption():
    folder = os.path.join(os.path.dirname(__file__), "certificates")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
    return context


async def main():
    tls = manners["tls"]

    def smtp():
        return SMTP(
            Handler(),
            enable_SMTPUTF8=True,
            hostname="localhost",
            tls_context=encryption() if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticated if manners["login"] else None,
            auth_required=bool(manners["login"]),
            auth_require_tls=tls == "starttls",
        )

    wrapped = encryption() if tls == "wrapped" else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(smtp, "127.0.0.1", manners["port"], ssl=wrapped)
    tell(what="listening", port=server.sockets[0].getsockname()[1])
    # A test that waits for what never happens fails.
    loop.call_later(60, os._exit, 1)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
