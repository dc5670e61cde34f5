"""What timers end: waits of a minute and more, side by side."""

import asyncio

from recorder.frame import FIN

from .matrix import Position, fin_wait_2_orphan, syn_received, time_wait
from .scenario import Catalog
from .stage import anything, carries, is_bare_ack

TIMERS = Catalog()
# TIME_WAIT and an orphaned FIN_WAIT_2 last 60 s, and the kernel's timers are up to 2.5 s late.
TIME_WAIT_SECONDS = 64


@TIMERS.scenario()
async def time_wait_runs_out(s):
    near, far = await s.opened()
    near.close()
    await far.read_end()
    far.close()
    await s.wait(TIME_WAIT_SECONDS)


@TIMERS.scenario(7)
async def time_wait_restarts_and_runs_out(s):
    """The last ACK is lost for 5 s: each FIN sets the timer anew."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    loss = s.lose("post", "A", is_bare_ack, times=100)
    far.close()
    await s.wait(5)
    loss.stop()
    await s.wait(TIME_WAIT_SECONDS + 6)


@TIMERS.scenario(8, 6)
async def time_wait_kept_by_acks(s):
    """Silent restarts: a bare ACK after 20 s, a keep-alive after 40 s."""
    at = Position(s)
    await time_wait(at)
    await s.wait(20)
    at.puppet.send(".")
    await s.wait(20)
    at.puppet.send(".", seq=at.puppet.send_next - 1)
    await s.wait(TIME_WAIT_SECONDS)


@TIMERS.scenario(5)
async def time_wait_not_kept_by_resets(s):
    """An inexact RST after 20 s changes nothing."""
    at = Position(s)
    await time_wait(at)
    await s.wait(20)
    at.puppet.send("R", seq=at.puppet.send_next + 5)
    await s.wait(TIME_WAIT_SECONDS - 20)


@TIMERS.scenario()
async def old_data_after_time_wait(s):
    near, far = await s.opened()
    old = s.flow.last("B", lambda segment: segment.payload)
    near.close()
    await far.read_end()
    far.close()
    await s.wait(TIME_WAIT_SECONDS)
    s.flow.again(old, "pre")
    await s.wait(1)


@TIMERS.scenario(26)
async def fin_wait_2_runs_out(s):
    near, _ = await s.opened()
    near.close()
    await s.wait(TIME_WAIT_SECONDS)


@TIMERS.scenario(26, 32)
async def fin_after_fin_wait_2(s):
    """RST instead of an ACK for the late FIN."""
    near, far = await s.opened()
    near.close()
    await s.wait(TIME_WAIT_SECONDS + 2)
    far.close()
    await s.wait(1)


@TIMERS.scenario(26)
async def fin_late_in_fin_wait_2(s):
    """The FIN comes after 50 s and begins a whole TIME_WAIT."""
    near, far = await s.opened()
    near.close()
    await s.wait(50)
    far.close()
    await s.wait(TIME_WAIT_SECONDS)


@TIMERS.scenario(26, 8)
async def keep_alive_in_fin_wait_2(s):
    """Is answered, and does not lengthen the orphan's time."""
    at = Position(s)
    await fin_wait_2_orphan(at)
    await s.wait(30)
    at.puppet.send(".", seq=at.puppet.send_next - 1)
    await s.wait(TIME_WAIT_SECONDS - 30)


@TIMERS.scenario(15, 26)
async def fin_wait_2_after_shutdown(s):
    """No timer runs; nothing on the wire tells it from close()."""
    near, _ = await s.opened()
    near.shutdown()
    await s.wait(TIME_WAIT_SECONDS + 8)


@TIMERS.scenario(15, 26)
async def fin_wait_2_closed_later(s):
    """shutdown(), close() 20 s later: only then the orphan's time begins."""
    near, _ = await s.opened()
    near.shutdown()
    await s.wait(20)
    near.close()
    await s.wait(TIME_WAIT_SECONDS + 4)


@TIMERS.scenario(25)
async def last_ack_given_up(s):
    """All that the client sends is lost: the server's FIN is sent nine times in vain."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    s.quick()
    s.lose("post", "A", anything, times=1000)
    s.lose("pre", "B", anything, times=1000)
    far.close()
    await s.wait(135)


@TIMERS.scenario(25)
async def fin_wait_1_given_up(s):
    near, _ = await s.opened()
    s.quick()
    s.lose("pre", "A", anything, times=1000)
    near.close()
    await s.wait(135)


@TIMERS.scenario()
async def syn_received_given_up(s):
    at = Position(s)
    await syn_received(at)
    await s.wait(72)


@TIMERS.scenario()
async def close_wait_left(s):
    """CLOSE_WAIT has no timer."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait(TIME_WAIT_SECONDS + 20)


@TIMERS.scenario()
async def half_open_left(s):
    near, _ = await s.opened()
    await s.wait(TIME_WAIT_SECONDS)
    await near.send(10)
    await s.wait(1)


@TIMERS.scenario()
async def zombie_comes_back(s):
    """The client's FIN is held for 20 s, with its repetitions."""
    near, far = await s.opened()
    hold = s.hold("pre", "A", carries(FIN), times=100)
    near.close()
    await s.wait(20)
    hold.release()
    await asyncio.wait_for(far.read_end(), 20)
    far.close()
    await s.wait(TIME_WAIT_SECONDS)
