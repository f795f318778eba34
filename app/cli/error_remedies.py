"""What to do about each problem, for the developer of a client; the pages of errors are made from it."""

from collections.abc import Mapping, Sequence

REMEDIES: Mapping[str, Sequence[str]] = {
    "bad-request": (
        "Percent-encode the address as UTF-8, without a NUL character; `detail` names the limit of its length.",
        "Send a `Content-Length` that is a number, or `Transfer-Encoding: chunked`.",
        "Send the body as JSON in UTF-8.",
    ),
    "body-too-large": (
        "Send less: `detail` names the limit, in bytes or in values.",
        "What people write has its own limits per field; see the field in the API reference.",
    ),
    "conflict": (
        "Do what `detail` says; then the same request can succeed.",
        "Where it names no other remedy, read the record again and decide with its present state.",
    ),
    "duplicate-reference": (
        "Look for the referral with `POST /v1/referrals/_search` and `reference`: it may be the one that you meant.",
        "If it is another case, give a new reference.",
        "Repeat a request with the `Idempotency-Key` of the first time: then you get its answer instead of this one.",
    ),
    "forbidden": (
        "When `detail` names a scope, request a token with it; the hub's operator decides which scopes a client has.",
        "When `detail` names a role, the operation is for another kind of organisation; repeating it does not help.",
    ),
    "idempotency-conflict": (
        "Use a new key, such as a random UUID, for each new request.",
        "For a repetition send the same body, byte for byte the same values, to the same address.",
    ),
    "internal-error": (
        "Repeat the request with the same `Idempotency-Key`; it is made at most once.",
        "If it fails again, send the operator the `X-Request-ID` of the answer: the log has the cause under it.",
    ),
    "invalid-input": (
        "Correct every item of `errors`: `field` is its path in the body or the name of a parameter, `rule` is stable, "
        "`message` says what is allowed.",
        "Send the corrected request with the same `Idempotency-Key` or a new one: a refused request is not kept.",
    ),
    "limit-reached": (
        "End what is no longer needed, or change it instead of making a new one.",
        "The hub's operator can raise the limit.",
    ),
    "method-not-allowed": (
        "Use a method that the header `Allow` names.",
        "Compare the address with the API reference: a step of a referral is a `POST` to an address of its own.",
    ),
    "not-acceptable": ("Send `Accept: application/json`, or no `Accept` at all.",),
    "not-found": (
        "Compare the id with the one that the hub sent to **this** client: an organisation outside GIDSO and RMW has "
        "an id of its own for the same record.",
        "Compare the address with the API reference; paths begin with `/v1`.",
    ),
    "not-the-owner": (
        "Do not repeat it: nothing was changed, and what you sent is kept for the operator to decide about.",
        "Ask the owner to record the value in its own system.",
        "The owner of each field is in [the domain](../../explanation/domain.md#9-who-owns-which-fact).",
    ),
    "precondition-failed": (
        "Read the record again, look at what changed, and send the change with the new `ETag` in `If-Match`.",
        'Send the tag as you got it, with its quotation marks: `"r3"` or `W/"r3"`.',
    ),
    "precondition-required": (
        "Read the record, and send the `ETag` of the answer as `If-Match`.",
        "`If-Match: *` makes the change whatever the state; use it only when nobody else's change can matter.",
    ),
    "too-many-requests": (
        "Wait as long as `Retry-After` says, and send the same request again, a change with its `Idempotency-Key`.",
        "Send fewer requests at a time; receive events instead of reading in a loop.",
    ),
    "transition-not-allowed": (
        "Read the record again: its `status` shows the state that it is in, and somebody else may have been first.",
        "Of a referral or a trajectory, `GET …/available-actions` lists what can be done now. Subscriptions, conflicts "
        "and clients have no such list: `detail` says which state is needed.",
    ),
    "unauthenticated": (
        "Send `Authorization: Bearer <access token>`.",
        "Request a new token at `/oauth/token` when it expired; a token is valid for an hour at most.",
        "When `detail` says that the client is not active, ask the hub's operator.",
    ),
    "unavailable": (
        "Send the same request again after `Retry-After`, a change with its `Idempotency-Key`: it is made once.",
        "If it lasts, ask the operator; `/healthz/ready` says whether the hub can serve requests.",
    ),
    "unsupported-media-type": (
        "Send `Content-Type: application/json`, for `PATCH` also `application/merge-patch+json`.",
        "At `/oauth/token` send a form: `application/x-www-form-urlencoded`.",
    ),
}
"""By code, in the order in which they are worth trying."""
