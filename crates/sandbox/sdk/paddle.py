"""Reads everything that the sandbox of Paddle Billing answers with Paddle's own SDK for Python: every list to its end, every
entity by its id, with what can be included, history, metrics, notification settings, and what is delivered to them. An answer
fails where the SDK's models can't be made of it, where a value is none of those that the SDK knows, and where a field is missing
that the SDK has or is there and the SDK doesn't have it."""

import json
import subprocess
import sys
import threading
import traceback
from dataclasses import fields, is_dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from paddle_billing import Client, Options
from paddle_billing.Entities.Shared import AdjustmentStatus, Status
from paddle_billing.Entities.Events import EventTypeName
from paddle_billing.Entities.NotificationSettings import NotificationSettingTrafficSource, NotificationSettingType
from paddle_billing.Entities.Subscriptions import SubscriptionStatus
from paddle_billing.Exceptions.ApiError import ApiError
from paddle_billing.Notifications import Secret, Verifier
from paddle_billing.Notifications.Entities.Entity import Entity as NotificationEntity
from paddle_billing.Notifications.Entities.UndefinedEntity import UndefinedEntity
from paddle_billing.PaddleStrEnum import PaddleStrEnum
from paddle_billing.Resources.Adjustments.Operations import ListAdjustments
from paddle_billing.Resources.Customers.Operations import ListCustomers
from paddle_billing.Resources.Discounts.Operations import ListDiscounts
from paddle_billing.Resources.Events.Operations import ListEvents
from paddle_billing.Resources.Metrics.Operations import GetMetrics
from paddle_billing.Resources.NotificationSettings.Operations import (
    CreateNotificationSetting,
    UpdateNotificationSetting,
)
from paddle_billing.Resources.Prices.Operations import ListPrices
from paddle_billing.Resources.Prices.Operations.List.Includes import Includes as PriceIncludes
from paddle_billing.Resources.Products.Operations import ListProducts
from paddle_billing.Resources.Products.Operations.List.Includes import Includes as ProductIncludes
from paddle_billing.Resources.Shared.Operations import Pager
from paddle_billing.Resources.Subscriptions.Operations import ListSubscriptions, SubscriptionIncludes
from paddle_billing.Resources.Transactions.Operations import ListTransactions, TransactionIncludes

CHARTSY = sys.argv[1]
# Each of the merchant's lives at least twice.
CUSTOMERS = 110
# After histories of subscriptions are recorded, so that there are some.
NOW = "2026-11-01T00:00:00Z"
A_MONTH = 30 * 86_400
# What comes only where it is asked for; and what no key without the permission to act for customers gets.
ON_REQUEST = {
    "address",
    "adjustments",
    "adjustments_totals",
    "available_payment_methods",
    "business",
    "customer",
    "discount",
    "discount_group",
    "management_urls",
    "next_transaction",
    "prices",
    "product",
    "recurring_transaction_details",
}
# What transactions are asked to come with.
INCLUDED = ("address", "adjustments", "adjustments_totals", "business", "customer", "discount")
# Fields of the SDK that have another name there than in answers.
RENAMED = {"lineItems": "line_items", "adjustment_totals": "adjustments_totals"}
# By the end of a place: of prices whose trial costs something, and of other ways to pay than these merchants' customers have.
MAY_BE_MISSING = {
    ".trial_period": {"unit_price_overrides"},
    ".method_details": {"paypal", "south_korea_local_card", "underlying_details"},
}
# What Paddle's pages and recorded answers have, and the SDK drops.
MAY_BE_MORE = {
    ".line_items[]": {"item_id"},
    "transaction.items[]": {"price_id"},
    "transaction[].items[]": {"price_id"},
    "adjustment[].payout_totals": {"exchange_rate"},
    ".adjustments[].payout_totals": {"exchange_rate"},
}


class Sandbox:
    """A server with a merchant, until the end of the block."""

    def __enter__(self):
        command = [CHARTSY, "sandbox", "--provider", "paddle", "--merchant", "mid", "--listen", "127.0.0.1:0"]
        command += ["--customers", str(CUSTOMERS), "--now", NOW]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        _, self.base_url, _, self.key = self.child.stdout.readline().split()
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(timeout=30)


class Differences:
    """Between what was answered and what the SDK's models have of it, each once, with how often."""

    def __init__(self):
        self.found = {}
        self.compared = 0

    def note(self, place, what):
        key = f"{place}: {what}"
        self.found[key] = self.found.get(key, 0) + 1

    def compare(self, said, model, place):
        if isinstance(model, PaddleStrEnum):
            if not model.is_known():
                self.note(place, f"'{said}' is not known")
        elif isinstance(model, UndefinedEntity):
            self.note(place, "no model could be made of it")
        elif is_dataclass(model) and isinstance(said, dict):
            self.compare_fields(said, model, place)
        elif isinstance(model, list) and isinstance(said, list):
            if len(model) != len(said):
                self.note(place, f"{len(said)} became {len(model)}")
            for one, its_model in zip(said, model):
                self.compare(one, its_model, f"{place}[]")

    def compare_fields(self, said, model, place):
        self.compared += 1
        known = {RENAMED.get(field.name, field.name): field.name for field in fields(model)}
        for name, value in said.items():
            if name in known:
                self.compare(value, getattr(model, known[name]), f"{place}.{name}")
            elif not is_listed(MAY_BE_MORE, place, name):
                self.note(f"{place}.{name}", "the SDK has no such field")
        for name in known.keys() - said.keys() - ON_REQUEST:
            if not is_listed(MAY_BE_MISSING, place, name):
                self.note(f"{place}.{name}", "is missing")


def is_listed(names, place, name):
    return any(place.endswith(end) and name in its_names for end, its_names in names.items())


class Reader:
    """Requests by the SDK, of which every answer is compared with what the SDK made of it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.differences = Differences()
        options = Options()
        # The SDK knows Paddle's own two servers only.
        options.environment = sandbox
        self.paddle = Client(sandbox.key, options=options, retry_count=0)
        self.answers = []
        self.paddle.client.hooks = {"response": lambda answer, *_, **__: self.answers.append(answer)}

    def said(self):
        """What was answered since this was last asked for."""
        answers, self.answers = self.answers, []
        return [answer.json()["data"] for answer in answers]

    def all(self, place, ask, may_be_empty=False, included=()):
        """Every entity of a list."""
        models = self.read(place, lambda: list(ask()))
        said = [entity for page in self.said() for entity in page]
        if models is None:
            return []
        if not said and not may_be_empty:
            self.differences.note(place, "nothing is in the list")
            return []
        for name in included:
            if name not in said[0]:
                self.differences.note(f"{place}.{name}", "is missing although it was asked for")
        self.differences.compare(said, models, place)
        return models

    def one(self, place, ask):
        model = self.read(place, ask)
        said = self.said()
        if model is not None:
            self.differences.compare(said[0], model, place)
        return model

    def read(self, place, ask):
        """What the SDK makes of an answer; nothing where it can't."""
        try:
            return ask()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.differences.note(place, f"no model: {error!r} in {last.name} of {Path(last.filename).stem}")
            return None


def every(enum):
    """All values that the SDK knows."""
    return [enum(str(value)) for value in enum.members().values() if isinstance(value, (str, PaddleStrEnum))]


def read_lists(reader):
    paddle, all_of, one = reader.paddle, reader.all, reader.one
    statuses = [Status.Active, Status.Archived]
    customers = all_of("customer", lambda: paddle.customers.list(ListCustomers(statuses=statuses)))
    for customer in customers:
        all_of("address", lambda: paddle.addresses.list(customer.id))
    with_credit = 0
    for customer in customers:
        balances = all_of("credit balance", lambda: paddle.customers.credit_balances(customer.id), may_be_empty=True)
        with_credit += bool(balances)
    # Which ways to pay a checkout offers is not there.
    includes = [name for name in every(TransactionIncludes) if name != "available_payment_methods"]
    asked = ListTransactions(pager=Pager(per_page=30), includes=includes)
    transactions = all_of("transaction", lambda: paddle.transactions.list(asked), included=INCLUDED)
    for transaction in transactions[:20]:
        one("transaction", lambda: paddle.transactions.get(transaction.id))
    for customer in {transaction.customer_id for transaction in transactions if transaction.business_id}:
        all_of("business", lambda: paddle.businesses.list(customer))
    asked_subscriptions = ListSubscriptions(statuses=every(SubscriptionStatus))
    subscriptions = all_of("subscription", lambda: paddle.subscriptions.list(asked_subscriptions))
    whole = [SubscriptionIncludes.NextTransaction, SubscriptionIncludes.RecurringTransactionDetails]
    histories = 0
    for subscription in subscriptions:
        entries = all_of("history", lambda: paddle.subscriptions.list_history(subscription.id), may_be_empty=True)
        histories += len(entries)
        one("subscription", lambda: paddle.subscriptions.get(subscription.id, whole))
    asked_adjustments = ListAdjustments(statuses=every(AdjustmentStatus))
    all_of("adjustment", lambda: paddle.adjustments.list(asked_adjustments))
    asked_products = ListProducts(statuses=statuses, includes=[ProductIncludes.Prices])
    all_of("product", lambda: paddle.products.list(asked_products), included=["prices"])
    asked_prices = ListPrices(statuses=statuses, includes=[PriceIncludes.Product])
    for price in all_of("price", lambda: paddle.prices.list(asked_prices), included=["product"]):
        one("price", lambda: paddle.prices.get(price.id))
    asked_discounts = ListDiscounts(statuses=statuses)
    for discount in all_of("discount", lambda: paddle.discounts.list(asked_discounts)):
        one("discount", lambda: paddle.discounts.get(discount.id))
    events = all_of("event", lambda: paddle.events.list(ListEvents(pager=Pager(per_page=200))))
    all_of("event type", paddle.event_types.list)
    print(
        f"   read {len(customers)} customers ({with_credit} with credit), {len(subscriptions)} subscriptions "
        f"with {histories} entries of history, {len(transactions)} transactions, {len(events)} events"
    )


def read_metrics(reader):
    metrics, days = reader.paddle.metrics, GetMetrics("2026-10-01", "2026-11-01")
    for name in (
        "monthly_recurring_revenue",
        "monthly_recurring_revenue_change",
        "active_subscribers",
        "revenue",
        "refunds",
        "chargebacks",
        "checkout_conversion",
    ):
        reader.one(f"metrics.{name}", lambda: getattr(metrics, f"get_{name}")(days))


def read_refusals(reader):
    for ask in (
        lambda: reader.paddle.customers.get("ctm_01h0000000000000000000000"),
        lambda: reader.paddle.customers.list(ListCustomers(pager=Pager(per_page=-1))),
    ):
        try:
            ask()
        except ApiError as error:
            if not (error.error_code and error.detail):
                reader.differences.note("error", f"without code or detail: {error}")
        else:
            reader.differences.note("error", "what is refused was answered")
        reader.answers.clear()


class Receiver(BaseHTTPRequestHandler):
    """Keeps what is delivered, as the SDK's verifier takes it."""

    received = []

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(self)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def read_deliveries(reader):
    settings = reader.paddle.notification_settings
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Those that a merchant's life has.
    events = [name for name in every(EventTypeName) if name.value.split(".")[0] in DELIVERED]
    asked = CreateNotificationSetting(
        description="the SDK",
        destination=f"http://127.0.0.1:{server.server_port}/",
        subscribed_events=events,
        type=NotificationSettingType.Url,
        include_sensitive_fields=False,
        api_version=1,
        traffic_source=NotificationSettingTrafficSource.Platform,
    )
    made = reader.one("notification setting", lambda: settings.create(asked))
    described = UpdateNotificationSetting(description="of the SDK")
    reader.all("notification setting", settings.list)
    reader.one("notification setting", lambda: settings.get(made.id))
    reader.one("notification setting", lambda: settings.update(made.id, described))
    requests.post(f"{reader.sandbox.base_url}/sandbox/advance", json={"seconds": A_MONTH}, timeout=60)
    notifications = reader.all("notification", reader.paddle.notifications.list)
    reader.one("notification", lambda: reader.paddle.notifications.get(notifications[0].id))
    secret = Secret(made.endpoint_secret_key)
    # The merchant's clock is not this machine's.
    wrong = [one for one in Receiver.received if not Verifier().verify(one, secret, verify_time_drift=False)]
    if wrong or not Receiver.received:
        reader.differences.note("delivery", f"{len(wrong)} of {len(Receiver.received)} signatures are wrong")
    for one in Receiver.received:
        said = json.loads(one.body)
        model = NotificationEntity.from_dict_for_event_type(said["data"], said["event_type"])
        reader.differences.compare(said["data"], model, f"delivery of {said['event_type'].split('.')[0]}")
    settings.delete(made.id)
    print(f"   read {len(Receiver.received)} deliveries")


DELIVERED = ("address", "adjustment", "business", "customer", "discount", "price", "product", "subscription", "transaction")


def main():
    with Sandbox() as sandbox:
        reader = Reader(sandbox)
        read_lists(reader)
        read_metrics(reader)
        read_refusals(reader)
        read_deliveries(reader)
    found = reader.differences.found
    for line, times in sorted(found.items()):
        print(f"{line} ({times} times)")
    if found:
        raise SystemExit(f"{len(found)} differences between the sandbox's answers and the models of Paddle's SDK")
    print(f"   {reader.differences.compared} objects were read, with no difference")


if __name__ == "__main__":
    main()
