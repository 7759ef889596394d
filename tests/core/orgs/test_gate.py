"""The gate: one at a time, first come first served, for coroutines and threads; a waiter that gives up never holds
it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockcrm.core.orgs.gate import Gate

PATIENCE = 20.0
"""Seconds after which a test that waits for another thread has failed."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for another thread to reach a point that it cannot signal."""
    ready = threading.Event()
    for _ in range(20_000):
        if condition():
            return
        ready.wait(0.001)
    raise AssertionError("the other thread did not get there")


def waiting(gate: Gate) -> int:
    """Return how many wait in the queue."""
    return len(gate._waiters)


def in_thread(gate: Gate, order: list[str], name: str) -> threading.Thread:
    """A thread that waits for the gate and notes when it had it; started, and standing in the queue."""

    def work() -> None:
        with gate.hold():
            order.append(name)

    before = waiting(gate)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    wait_until(lambda: waiting(gate) > before)
    return thread


def test_gate_is_taken_and_given_back() -> None:
    gate = Gate()
    assert not gate.held
    assert gate.try_acquire()
    assert gate.held
    assert not gate.try_acquire()
    gate.release()
    assert not gate.held
    with gate.hold():
        assert not gate.try_acquire()
    assert gate.try_acquire()


def test_gate_is_given_back_when_the_holder_fails() -> None:
    gate = Gate()
    with pytest.raises(ZeroDivisionError), gate.hold():
        raise ZeroDivisionError
    assert not gate.held


def test_free_gate_is_taken_without_waiting() -> None:
    async def main() -> None:
        gate = Gate()
        acquiring = gate.acquire()
        with pytest.raises(StopIteration):
            acquiring.send(None)
        assert gate.held

    asyncio.run(main())


def test_coroutines_and_threads_enter_in_the_order_they_came() -> None:
    gate = Gate()
    order: list[str] = []
    assert gate.try_acquire()

    async def task(name: str) -> None:
        await gate.acquire()
        order.append(name)
        gate.release()

    async def main() -> None:
        tasks, threads = [], []
        for number in range(4):
            tasks.append(asyncio.create_task(task(f"task {number}")))
            await asyncio.sleep(0)
            threads.append(await asyncio.to_thread(in_thread, gate, order, f"thread {number}"))
        gate.release()
        await asyncio.gather(*tasks)
        for thread in threads:
            await asyncio.to_thread(thread.join, PATIENCE)

    asyncio.run(main())
    assert order == [f"{kind} {number}" for number in range(4) for kind in ("task", "thread")]
    assert not gate.held


def test_no_caller_gets_in_between_a_release_and_the_one_it_wakes() -> None:
    async def main() -> None:
        gate = Gate()
        assert gate.try_acquire()
        waiter = asyncio.create_task(gate.acquire())
        await asyncio.sleep(0)
        gate.release()
        assert not gate.try_acquire()
        await waiter
        gate.release()
        assert gate.try_acquire()

    asyncio.run(main())


def test_cancelled_waiter_leaves_the_queue() -> None:
    async def main() -> None:
        gate = Gate()
        assert gate.try_acquire()
        first, second = (asyncio.create_task(gate.acquire()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert waiting(gate) == 1
        gate.release()
        await second
        gate.release()
        assert not gate.held

    asyncio.run(main())


def test_waiter_cancelled_after_its_turn_came_passes_the_gate_on() -> None:
    async def main() -> None:
        gate = Gate()
        assert gate.try_acquire()
        first, second = (asyncio.create_task(gate.acquire()) for _ in range(2))
        await asyncio.sleep(0)
        gate.release()  # it is the first one's turn, which does not know yet
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await second
        gate.release()
        assert not gate.held

    asyncio.run(main())


def test_waiter_cancelled_after_its_future_was_set_passes_the_gate_on() -> None:
    async def main() -> None:
        gate = Gate()
        assert gate.try_acquire()
        waiter = asyncio.create_task(gate.acquire())
        await asyncio.sleep(0)
        gate.release()
        asyncio.get_running_loop().call_soon(waiter.cancel)  # between the future and the task that awaits it
        with pytest.raises(asyncio.CancelledError):
            await waiter
        assert not gate.held

    asyncio.run(main())


def test_waiter_of_a_closed_event_loop_is_passed_over() -> None:
    gate = Gate()
    order: list[str] = []
    assert gate.try_acquire()
    loop = asyncio.new_event_loop()
    acquiring = gate.acquire()

    async def ask() -> None:
        acquiring.send(None)

    loop.run_until_complete(ask())
    thread = in_thread(gate, order, "thread")
    loop.close()
    gate.release()
    thread.join(PATIENCE)
    assert order == ["thread"]
    assert not gate.held
    with pytest.raises(asyncio.CancelledError):  # as an interpreter that ends would leave it
        acquiring.throw(asyncio.CancelledError())


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["task", "cancelled", "thread", "eager"]), min_size=1, max_size=40))
def test_only_one_is_ever_inside(kinds: list[str]) -> None:
    gate = Gate()
    inside = 0
    done = 0

    def work() -> None:
        nonlocal inside, done
        inside += 1
        assert inside == 1
        done += 1
        inside -= 1

    def thread() -> None:
        with gate.hold():
            work()

    async def task() -> None:
        await gate.acquire()
        try:
            work()
            await asyncio.sleep(0)
        finally:
            gate.release()

    async def main() -> int:
        expected = 0
        tasks, threads = [], []
        for kind in kinds:
            if kind == "thread":
                threads.append(threading.Thread(target=thread, daemon=True))
                threads[-1].start()
            elif kind == "eager":
                if gate.try_acquire():
                    work()
                    gate.release()
                    expected += 1
            else:
                tasks.append(asyncio.create_task(task()))
                await asyncio.sleep(0)
                if kind == "cancelled":
                    tasks[-1].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for each in threads:
            await asyncio.to_thread(each.join, PATIENCE)
        cancelled = sum(isinstance(result, asyncio.CancelledError) for result in results)
        return expected + len(threads) + len(tasks) - cancelled

    expected = asyncio.run(main())
    assert done >= expected
    assert gate.try_acquire()


def test_counter_of_many_threads_loses_nothing() -> None:
    gate = Gate()
    total = 0

    def count() -> None:
        nonlocal total
        for _ in range(300):
            with gate.hold():
                seen = total
                if seen % 7 == 0:
                    threading.Event().wait(0)
                total = seen + 1

    async def count_too() -> None:
        nonlocal total
        for _ in range(300):
            await gate.acquire()
            seen = total
            total = seen + 1
            gate.release()

    threads = [threading.Thread(target=count, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()

    async def main() -> None:
        await asyncio.gather(*(count_too() for _ in range(6)))

    asyncio.run(main())
    for thread in threads:
        thread.join(PATIENCE)
    assert total == 12 * 300
    assert not gate.held
