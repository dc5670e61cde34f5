"""Closes between two kernels that go as their programs meant them."""

from recorder.frame import FIN

from .scenario import Catalog
from .stage import carries, is_bare_ack

CLOSES = Catalog()


@CLOSES.scenario(15)
async def close_by_client(s):
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    far.close()
    await s.wait(2)


@CLOSES.scenario(15)
async def close_by_server(s):
    near, far = await s.opened()
    far.close()
    await near.read_end()
    await s.wait()
    near.close()
    await s.wait(2)


@CLOSES.scenario(7, 30)
async def last_ack_lost_behind_tap(s):
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    s.lose("post", "A", is_bare_ack)
    far.close()
    await s.wait(2)
