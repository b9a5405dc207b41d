"""Who hands over, and what each needs."""

import asyncpg
from pamqp import commands
from sqlalchemy.ext.asyncio import create_async_engine

from bench.ground import Ground
from bench.hand_off import chassis, floor, sealed
from bench.hand_off.amqp import connect
from bench.hand_off.measure import Contestant, Databases
from cli.accounts import Account, as_role
from cli.prepare import make_database, make_tables

SENDS, RECEIVES = "bench_sends", "bench_receives"
PEERS_QUEUES = ("celery-bench", "taskiq-bench")


async def for_floor(ground: Ground) -> Databases:
    databases = Databases(await ground.fresh(SENDS), await ground.fresh(RECEIVES), ground.admin(RECEIVES))
    for url, tables in ((databases.sender, floor.SENDING), (databases.receiver, floor.RECEIVING)):
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(tables)
        finally:
            await connection.close()
    await floor.declare(ground.servers.amqp)
    return databases


async def for_peer(ground: Ground) -> Databases:
    """As for the floor, whose receiving tables they share; their own queues are empty."""
    databases = await for_floor(ground)
    broker = await connect(ground.servers.amqp)
    for name in PEERS_QUEUES:
        await broker.ask(commands.Queue.Delete(queue=name))
    broker.close()
    return databases


async def for_outbox(ground: Ground) -> Databases:
    from bench.hand_off.outbox_peer import metadata

    databases = await for_peer(ground)
    engine = create_async_engine(databases.sender.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    return databases


async def for_chassis(ground: Ground) -> Databases:
    return Databases(
        await ground.fresh_for(chassis.SENDER, SENDS, chassis.sending),
        await ground.fresh_for(chassis.RECEIVER, RECEIVES, chassis.receiving),
        ground.admin(RECEIVES),
    )


async def for_sealed(ground: Ground) -> Databases:
    from services.execution.app import blueprint

    sender = await ground.fresh_for(sealed.SENDER, SENDS, chassis.sending)
    await ground.dropped(RECEIVES)
    account = Account(sealed.RECEIVER)
    await make_database(ground.servers.postgres, account, RECEIVES)
    await make_tables(ground.servers.postgres, blueprint, RECEIVES)
    await ground.caught_up(sealed.RECEIVER, RECEIVES)
    return Databases(sender, as_role(ground.servers.postgres, account, RECEIVES), ground.admin(RECEIVES))


FLOOR, CHASSIS, SEALED = "bench.hand_off.floor", "bench.hand_off.chassis", "bench.hand_off.sealed"
OWN = (
    Contestant("floor", FLOOR, ("receiver", "both"), for_floor, ("receiver", "relay"), is_floor=True),
    Contestant("floor, woken by NOTIFY", FLOOR, ("receiver", "relay", "sender"), for_floor, is_floor=True),
    Contestant("stafett", CHASSIS, ("receiver", "sender"), for_chassis, ("receiver", "relay")),
    Contestant("stafett, two processes", CHASSIS, ("receiver", "relay", "sender"), for_chassis),
    Contestant(
        "stafett, AssignmentSent",
        SEALED,
        ("receiver", "sender"),
        for_sealed,
        ("receiver", "relay"),
        received="SELECT id AS message_id, sent_at, xmin FROM assignments",
        part_of=4,
    ),
)
NO_OUTBOX = "no outbox: a crash between commit and enqueueing loses the hand-off; no order"
PEERS = (
    Contestant(
        "Celery", "bench.hand_off.celery_peer", ("receiver", "sender"), for_peer, needs="celery", lacks=NO_OUTBOX
    ),
    Contestant(
        "taskiq",
        "bench.hand_off.taskiq_peer",
        ("receiver", "sender"),
        for_peer,
        needs="taskiq_aio_pika",
        lacks=NO_OUTBOX,
    ),
    Contestant(
        "faststream-outbox",
        "bench.hand_off.outbox_peer",
        ("receiver", "relay", "sender"),
        for_outbox,
        ("receiver", "relay"),
        needs="faststream_outbox",
        lacks="no inbox of its own (it has the floor's here), no order, a new message id at each attempt",
    ),
)
