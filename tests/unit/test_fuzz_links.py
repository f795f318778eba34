"""What `python -m clients.fuzz` says about links is what the document has and what was sent."""

from app.api.openapi.document import document
from app.sandbox.roles import FINANCE_TEAM, OPERATOR, REFERRER
from clients.fuzz_links import Followed, groups_of, links_between, operations_of, table

READING = "GET /referrals -> [200] getReferralOfList -> GET /referrals/{referralId}"
SEARCHING = "POST /referrals/_search -> [200] getReferralOfList -> GET /referrals/{referralId}"


def test_a_role_may_follow_the_links_between_operations_of_its_scopes() -> None:
    by_role = {role: operations_of(document(), role.scopes) for role in (REFERRER, FINANCE_TEAM, OPERATOR)}

    assert "confirmReferral" in by_role[FINANCE_TEAM]
    assert "confirmReferral" not in by_role[REFERRER]
    for allowed in by_role.values():
        links = links_between(document(), allowed)
        assert {end for link in links for end in (link.split(" -> ")[0], link.split(" -> ")[2])} <= set(
            allowed.values()
        )
    assert READING in links_between(document(), by_role[FINANCE_TEAM])
    assert READING not in links_between(document(), by_role[OPERATOR])


def test_groups_have_every_link_and_none_between_them() -> None:
    allowed = operations_of(document(), OPERATOR.scopes)
    groups = groups_of(document(), allowed)
    within = [links_between(document(), {name: allowed[name] for name in group}) for group in groups]

    assert frozenset().union(*within) == links_between(document(), allowed)
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_the_table_counts_answers_requests_and_successes() -> None:
    followed = Followed(frozenset({READING, SEARCHING}))
    for statuses in ({"200": 2, "404": 1}, {"200": 1}):
        followed.add({"requests": 5, "links": {READING: statuses}})

    lines = list(table({"referrer": followed}))

    assert lines[-1] == "| all | 1 of 2 | 4 | 3 |"
    assert followed.requests == 10
    assert followed.missed(followed.allowed) == [SEARCHING]
