"""Closes between two kernels on a wire that loses, delays, repeats and holds packets.

Each loss at both places: before the middle tap, and behind it.
"""

from recorder.frame import FIN, RST

from .scenario import Catalog, Scenario
from .stage import anything, carries, has_payload, is_bare_ack

LOSSES = Catalog()
is_fin, is_rst = carries(FIN), carries(RST)


def at_both_places(*situations):
    """Enters a scenario for each place of a fault."""
    def enter(play):
        name = play.__name__.replace("_", "-")
        for place in ("pre", "post"):
            LOSSES.append(Scenario(
                f"{name}-{place}", _at(play, place), situations, ("", "-v6", "-plain")))
        return play
    return enter


def _at(play, place):
    async def play_there(s):
        await play(s, place)
    return play_there


async def graceful(s, near, far, seconds=2.0):
    near.close()
    await far.read_end()
    await s.wait()
    far.close()
    await s.wait(seconds)


@at_both_places(7, 30)
async def last_ack_lost(s, place):
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    s.lose(place, "A", is_bare_ack)
    far.close()
    await s.wait(2)


@at_both_places(7, 30)
async def last_ack_lost_thrice(s, place):
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    s.lose(place, "A", is_bare_ack, times=3)
    far.close()
    await s.wait(4)


@at_both_places(1)
async def ack_of_fin_lost(s, place):
    """The FIN is sent again to CLOSE_WAIT."""
    near, far = await s.opened()
    s.lose(place, "B", is_bare_ack)
    near.close()
    await far.read_end()
    await s.wait(2)
    far.close()
    await s.wait(1)


@at_both_places()
async def fin_lost(s, place):
    near, far = await s.opened()
    s.lose(place, "A", is_fin, times=2)
    await graceful(s, near, far)


@at_both_places()
async def second_fin_lost(s, place):
    near, far = await s.opened()
    s.lose(place, "B", is_fin, times=2)
    await graceful(s, near, far, 3)


@at_both_places(2)
async def data_before_fin_lost(s, place):
    """The FIN comes behind a gap."""
    near, far = await s.opened()
    s.lose(place, "A", has_payload)
    await near.send(100)
    await graceful(s, near, far)


@at_both_places(2)
async def data_before_fin_held(s, place):
    """The FIN overtakes the data; the data comes 100 ms later."""
    near, far = await s.opened()
    s.delay(place, "A", 0.1, has_payload)
    await near.send(100)
    await graceful(s, near, far)


@at_both_places(1)
async def fin_twice(s, place):
    near, far = await s.opened()
    s.duplicate(place, "A", is_fin, seconds=0.1)
    await graceful(s, near, far)


@at_both_places(7)
async def second_fin_twice(s, place):
    near, far = await s.opened()
    s.duplicate(place, "B", is_fin, seconds=1.0)
    await graceful(s, near, far)


@at_both_places(6)
async def last_ack_twice(s, place):
    """The second finds no socket: RST, which ends TIME_WAIT."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    await s.wait()
    s.duplicate(place, "A", is_bare_ack, seconds=1.0)
    far.close()
    await s.wait(2)


@at_both_places(18)
async def simultaneous_close_ack_lost(s, place):
    near, far = await s.opened()
    s.lose(place, "A", is_bare_ack)
    near.close()
    far.close()
    await s.wait(2)


@at_both_places(18)
async def simultaneous_close_fin_lost(s, place):
    near, far = await s.opened()
    s.lose(place, "A", is_fin)
    near.close()
    far.close()
    await s.wait(2)


@at_both_places()
async def reset_lost(s, place):
    near, far = await s.opened()
    s.lose(place, "A", is_rst)
    near.reset()
    await s.wait(1)
    await far.send(100)
    await s.wait(1)


@at_both_places()
async def old_data_in_time_wait(s, place):
    """The answer to it finds no socket: RST, which ends TIME_WAIT."""
    near, far = await s.opened()
    old = s.flow.last("B", has_payload)
    await graceful(s, near, far, 1)
    s.flow.again(old, place)
    await s.wait(1)


@at_both_places()
async def old_data_in_time_wait_rst_lost(s, place):
    near, far = await s.opened()
    old = s.flow.last("B", has_payload)
    await graceful(s, near, far, 1)
    s.lose(place, "B", is_rst)
    s.flow.again(old, place)
    await s.wait(1)


@at_both_places(13)
async def old_fin_in_new_connection(s, place):
    """The port is used again, and the old connection's FIN comes once more."""
    near, far = await s.opened()
    far.close()
    await near.read_end()
    near.close()
    await s.wait(0.2)
    old = s.flow.last("A", is_fin)
    old_ack = s.flow.last("B", is_bare_ack)
    await s.wait(1.5)
    near, far = await s.opened_again()
    s.flow.again(old, place)
    await s.wait(0.5)
    s.flow.again(old_ack, place)
    await s.wait(0.5)
    await graceful(s, near, far, 1)


@at_both_places(14)
async def old_syn_in_established(s, place):
    near, far = await s.opened()
    s.flow.again(s.flow.first("A"), place)
    await s.wait()
    s.flow.again(s.flow.first("B"), place)
    await s.wait()
    await s.exchange(near, far)
    await graceful(s, near, far, 1)


@at_both_places()
async def old_syn_after_close(s, place):
    """A listener answers it; the SYN/ACK meets TIME_WAIT, or nobody."""
    near, far = await s.opened()
    await graceful(s, near, far, 1)
    s.flow.again(s.flow.first("A"), place)
    await s.wait(1.5)


@at_both_places()
async def old_syn_after_reset(s, place):
    near, _ = await s.opened()
    near.reset()
    await s.wait(0.5)
    s.flow.again(s.flow.first("A"), place)
    await s.wait(1.5)


@at_both_places(21)
async def old_acks(s, place):
    near, far = await s.opened()
    old = s.flow.last("A", is_bare_ack)
    await s.exchange(near, far)
    far.close()
    await near.read_end()
    s.flow.again(old, place)
    await s.wait()
    near.close()
    await s.wait()
    s.flow.again(old, place)
    await s.wait()


@at_both_places()
async def all_late(s, place):
    """Every packet of the client comes twice, the second a second later."""
    near, far = await s.open()
    s.duplicate(place, "A", anything, seconds=1.0, times=30)
    await s.exchange(near, far)
    await graceful(s, near, far, 2)


@at_both_places()
async def all_reordered(s, place):
    """Every other packet of the server is late by 90 ms."""
    near, far = await s.open()
    for skip in range(0, 20, 2):
        s.delay(place, "B", 0.09, anything, skip=skip)
    for _ in range(4):
        await s.exchange(near, far, 3000)
    await graceful(s, near, far, 2)


@at_both_places()
async def handshake_ack_lost(s, place):
    """The responder stays in SYN_RECEIVED until data comes."""
    s.lose(place, "A", is_bare_ack)
    s.listen("B")
    near = await s.connect("A")
    await s.wait(0.5)
    await near.send(100)
    far = await s.accept("B")
    await far.read(100)
    await graceful(s, near, far, 1)


@at_both_places()
async def held_to_the_end(s, place):
    """The server's FIN is held for 3 s with all its repetitions, and then they come."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    hold = s.hold(place, "B", anything, times=100)
    far.close()
    await s.wait(3)
    hold.release()
    await s.wait(2)
