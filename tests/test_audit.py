"""The audit of mints, on both databases: added, read, never changed, deleted only when old."""

import asyncio
import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from bot.audit import AUDIT_SECONDS, Audit, Mint
from bot.store import Store

NOW = float(int(time.time()))
MINT = Mint(NOW, "T1", "U1", "C1", "user-42", "jti-0", "kid", 600, "")


@pytest.fixture
def audit(engine):
    return Audit(engine)


def mint(number, **changes):
    return replace(MINT, jti=f"jti-{number}", **changes)


async def everything(audit):
    return [one async for one in audit.all()]


async def refuse(engine, sql, why):
    with pytest.raises(DatabaseError, match=why):
        async with engine.begin() as connection:
            await connection.execute(text(sql))


async def test_mints_are_read_as_they_were_kept(audit):
    rows = [mint(n, minted=NOW + n, fault="expired" if n else "") for n in range(3)]
    for row in rows:
        assert await audit.record(row)
    assert await everything(audit) == rows
    assert await audit.latest(2) == [rows[2], rows[1]]


async def test_a_row_cannot_be_changed_or_deleted(engine, audit):
    await audit.record(MINT)
    await refuse(engine, "UPDATE mints SET who = 'U2'", "cannot be changed")
    await refuse(engine, "UPDATE mints SET minted = 0", "cannot be changed")
    await refuse(engine, "DELETE FROM mints", "kept for 90 days")
    await refuse(engine, "DELETE FROM mints WHERE jti = 'jti-0'", "kept for 90 days")
    assert await everything(audit) == [MINT]


async def test_a_row_cannot_be_replaced_or_cut_off(engine, audit):
    await audit.record(MINT)
    columns = "id, minted, team, who, place, sub, jti, kid, ttl, fault"
    values = "'T', 'U2', 'C', 's', '{jti}', 'k', 1, ''"
    for key, jti in ((1, "x"), (2, "jti-0")):
        insert = f"INTO mints ({columns}) VALUES ({key}, 0, {values.format(jti=jti)})"
        if engine.dialect.name == "sqlite":
            await refuse(engine, f"REPLACE {insert}", "cannot be changed")
        else:
            clause = f"ON CONFLICT ({'id' if key == 1 else 'jti'}) DO UPDATE SET who = 'U2'"
            await refuse(engine, f"INSERT {insert} {clause}", "cannot be changed")
            await refuse(engine, "TRUNCATE mints", "cannot be changed")
    assert await everything(audit) == [MINT]


async def test_what_is_older_than_90_days_is_purged_and_nothing_else(engine, audit):
    old = mint(1, minted=NOW - AUDIT_SECONDS - 60)
    young = mint(2, minted=NOW - AUDIT_SECONDS + 3_600)
    for row in (old, young):
        await audit.record(row)
    await Store(engine).purge(NOW, NOW)
    assert await everything(audit) == [young]
    await Store(engine).purge(NOW, NOW + 10 * AUDIT_SECONDS)
    assert await everything(audit) == [young], "our clock alone deletes nothing"


async def test_forgetting_somebody_keeps_what_they_minted(engine, audit):
    await audit.record(MINT)
    await Store(engine).forget("T1", "U1")
    assert await everything(audit) == [MINT]


async def test_a_limit_is_for_one_user_and_the_last_hour(audit):
    await audit.record(mint(0, minted=NOW - 3_601))
    assert await audit.record(mint(1), limit=2)
    assert await audit.record(mint(2), limit=2)
    assert not await audit.record(mint(3), limit=2)
    assert await audit.record(mint(4, who="U2"), limit=2)
    assert await audit.record(mint(5, team="T2"), limit=2)
    assert len(await everything(audit)) == 5


async def test_a_limit_holds_for_many_at_once(audit):
    won = await asyncio.gather(*(audit.record(mint(n), limit=3) for n in range(8)))
    assert sum(won) == 3
