"""Closes between two kernels that go as their programs meant them, on a wire without faults."""

import asyncio
import socket

from recorder.frame import FIN, SYN

from .scenario import Catalog
from .stage import anything, carries

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


@CLOSES.scenario(15)
async def half_close_in_use(s):
    """shutdown(), an answer in pieces, close(): FIN_WAIT_2 of a socket that is no orphan."""
    near, far = await s.opened()
    near.shutdown()
    await far.read_end()
    for _ in range(5):
        await far.send(500)
        await near.read(500)
        await s.wait(0.2)
    far.close()
    await near.read_end()
    near.close()
    await s.wait(2)


@CLOSES.scenario(15, 16)
async def data_to_orphan(s):
    """Data for FIN_WAIT_2 after close(): RST."""
    near, far = await s.opened()
    near.close()
    await s.wait()
    await far.send(100)
    await s.wait(1)


@CLOSES.scenario(16)
async def data_crosses_fin(s):
    """Data for FIN_WAIT_1 after close(): RST."""
    near, far = await s.opened()
    near.close()
    await far.send(100)
    await s.wait(1)


@CLOSES.scenario(17)
async def unread_data(s):
    near, far = await s.opened()
    await near.send(100)
    await s.wait()
    far.close()
    await s.wait(1)


@CLOSES.scenario(17)
async def unread_data_in_close_wait(s):
    near, far = await s.opened()
    await near.send(100)
    near.shutdown()
    await s.wait()
    far.close()
    await s.wait(1)


@CLOSES.scenario()
async def linger_zero(s):
    near, _ = await s.opened()
    near.reset()
    await s.wait(1)


@CLOSES.scenario()
async def linger_zero_in_close_wait(s):
    near, far = await s.opened()
    near.close()
    await s.wait()
    far.reset()
    await s.wait(1)


@CLOSES.scenario()
async def linger_zero_in_last_ack(s):
    """The ACK of its FIN is kept from it; no RST leaves (tcp_disconnect)."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    s.lose("post", "A", anything, times=100)
    far.shutdown()
    await s.wait(0.1)
    far.reset()
    await s.wait(1)


@CLOSES.scenario()
async def linger_zero_in_fin_wait_2(s):
    near, _ = await s.opened()
    near.shutdown()
    await s.wait()
    near.reset()
    await s.wait(1)


@CLOSES.scenario(18)
async def simultaneous_close(s):
    near, far = await s.opened()
    near.close()
    far.close()
    await s.wait(2)


@CLOSES.scenario(18)
async def simultaneous_shutdown(s):
    near, far = await s.opened()
    near.shutdown()
    far.shutdown()
    await s.wait()
    near.close()
    await s.wait()
    far.close()
    await s.wait(2)


@CLOSES.scenario(19)
async def three_packet_close(s):
    """The server's FIN is held until the client's has come, and acknowledges it."""
    near, far = await s.opened()
    far.set(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    reading = asyncio.ensure_future(far.read_end())
    near.close()
    await reading
    far.set(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
    far.close()
    await s.wait(2)


@CLOSES.scenario(20)
async def fin_held_by_zero_window(s):
    """close() while the peer's window is shut; the peer reads later, and the FIN comes."""
    s.listen("B", receive_buffer=4096)
    near, far = await s.open()
    near.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    await near.send(30_000)
    await s.wait(2)
    near.close()
    await s.wait(2)
    await far.read_end()
    await s.wait()
    far.close()
    await s.wait(2)


@CLOSES.scenario(20)
async def fin_held_for_good(s):
    """close() while the peer's window is shut, and it never reads."""
    s.listen("B", receive_buffer=4096)
    near, far = await s.open()
    near.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    await near.send(30_000)
    await s.wait(2)
    near.close()
    await s.wait(3)
    assert far.socket.fileno() >= 0


@CLOSES.scenario()
async def data_with_fin(s):
    near, far = await s.opened()
    near.set(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    await near.send(300)
    near.close()
    await far.read_end()
    await s.wait()
    far.set(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    far.close()
    await s.wait(2)


@CLOSES.scenario()
async def large_transfer_then_close(s):
    near, far = await s.opened()
    sending = asyncio.ensure_future(near.send(200_000))
    await far.read(200_000)
    await sending
    near.close()
    await far.read_end()
    far.close()
    await s.wait(1)


@CLOSES.scenario(34)
async def simultaneous_open(s):
    """Both dial; the SYNs cross."""
    near = asyncio.ensure_future(s.connect("A"))
    far = asyncio.ensure_future(s.connect("B"))
    near, far = await near, await far
    await s.exchange(near, far)
    await s.wait()
    near.close()
    await far.read_end()
    far.close()
    await s.wait(1)


@CLOSES.scenario(34)
async def simultaneous_open_and_close(s):
    near = asyncio.ensure_future(s.connect("A"))
    far = asyncio.ensure_future(s.connect("B"))
    near, far = await near, await far
    await s.wait()
    near.close()
    far.close()
    await s.wait(1)


@CLOSES.scenario(34)
async def fast_open(s):
    """Data on the SYN (no cookie asked)."""
    s.listen("B").set(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
    near = s.make("A")
    try:
        near.socket.sendto(b"early data", socket.MSG_FASTOPEN, s.address("B"))
    except BlockingIOError:
        pass
    far = await s.accept("B")
    await far.read(10)
    await s.wait()
    await far.send(100)
    await near.read(100)
    near.close()
    await far.read_end()
    far.close()
    await s.wait(1)


@CLOSES.scenario()
async def refused(s):
    near = s.make("A")
    try:
        await near.loop.sock_connect(near.socket, s.address("B"))
    except ConnectionRefusedError:
        pass
    await s.wait(1)


@CLOSES.scenario()
async def never_accepted(s):
    s.listen("B")
    near = await s.connect("A")
    await near.send(100)
    await s.wait()
    near.close()
    await s.wait(1)


@CLOSES.scenario()
async def listener_closes_on_unaccepted(s):
    listener = s.listen("B")
    near = await s.connect("A")
    await s.wait()
    listener.close()
    await s.wait()
    near.close()
    await s.wait(1)


@CLOSES.scenario(10)
async def port_used_again(s):
    """The server is in TIME_WAIT and answers the client's new SYN; which is closed likewise."""
    near, far = await s.opened()
    far.close()
    await near.read_end()
    near.close()
    await s.wait(1.5)
    near = await s.connect("A")
    far = await s.accept("B")
    await s.exchange(near, far)
    await s.wait()
    far.close()
    await near.read_end()
    near.close()
    await s.wait(1)


@CLOSES.scenario(variants=("", "-v6"))
async def time_wait_dials_again(s):
    """tcp_tw_reuse: the client's own TIME_WAIT gives way to its new SYN."""
    near, far = await s.opened()
    near.close()
    await far.read_end()
    far.close()
    await s.wait(1.5)
    near = await s.connect("A")
    far = await s.accept("B")
    await s.exchange(near, far)
    await s.wait()
    near.close()
    await s.wait(1)


@CLOSES.scenario(9)
async def dial_into_close_wait(s):
    """The client is gone without a word; its new SYN meets CLOSE_WAIT: ACK, RST, SYN again."""
    near, far = await s.opened()
    near.close()
    await s.wait()
    # Its answer ends the orphan, and goes astray.
    s.lose("post", "A", times=1)
    await far.send(10)
    await s.wait(0.1)
    near = await s.connect("A")
    await s.wait(1.5)
    near.close()
    await s.wait(1)


@CLOSES.scenario(34)
async def syn_lost_thrice(s):
    s.lose("pre", "A", carries(SYN), times=1)
    s.lose("post", "A", carries(SYN), times=1)
    s.lose("pre", "B", carries(SYN), times=1)
    near, far = await s.opened()
    far.close()
    await near.read_end()
    near.close()
    await s.wait(1)


@CLOSES.scenario(23)
async def fin_ends_the_handshake(s):
    """The handshake's last ACK is lost; the client's FIN brings it."""
    s.lose("pre", "A", lambda segment: not segment.flags & (SYN | FIN), times=1)
    s.listen("B")
    near = await s.connect("A")
    near.close()
    far = await s.accept("B")
    await far.read_end()
    await s.wait()
    far.close()
    await s.wait(1)
