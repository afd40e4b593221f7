"""What a score is made from, and what is said of it."""

from typing import Any

import pytest

from tests.pipeline.world import World


@pytest.mark.parametrize(
    ("deal", "price", "others", "data", "points", "told"),
    [
        (5_000, 900, (), {"revenue": 1_000}, 4.0, "as given"),
        (5_000, 900, (), {}, 12.0, "value of the deal (Engaging)"),
        (None, 1_000, (), {}, 4.0, "list price of GTX, the deal has no value yet (Engaging)"),
        (None, None, (50_000, 1_000), {}, 35.0, "the account's largest open deal"),
        (None, None, (), {}, 20.0, "no value, no list price, no open deal"),
    ],
)
def test_where_the_money_comes_from(
    world: World,
    deal: int | None,
    price: int | None,
    others: tuple[int, ...],
    data: dict[str, Any],
    points: float,
    told: str,
) -> None:
    account = world.account()
    if price is not None:
        world.do(
            "INSERT INTO products (name, name_key, list_price) VALUES ('GTX', 'gtx', %s)", price
        )
    for amount in others:
        world.deal(amount=amount, account_id=account)
    about = world.deal(amount=deal, product="GTX", product_key="gtx", account_id=account)
    world.signal("deal_created", deal_id=about, account_id=account, data=data)
    world.generate()
    (reason,) = world.rows("SELECT drivers FROM action_recommendations")
    revenue = reason["drivers"][0]
    assert (revenue["points"], revenue["evidence"]) == (points, [told])
    assert revenue["known"] is (told[:2] != "no")
