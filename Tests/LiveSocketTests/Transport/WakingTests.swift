import Glibc
import PorxyCore
import PorxySocketIO
import Testing

@Suite struct WakingTests {
  @Test func sleepsUntilItsDeadline() throws {
    var driver = try TransportDriver()
    let before = driver.transport.now
    driver.transport.wait(until: before + .milliseconds(20))
    let slept = driver.transport.now.since(before)
    #expect(slept >= .milliseconds(20))
    #expect(slept < .seconds(5))
    let event = driver.transport.nextEvent()
    #expect(event == nil)
  }

  @Test("a deadline that has come waits for nothing, and time does not pass within a turn")
  func looksAtOnce() throws {
    var driver = try TransportDriver()
    let turn = driver.transport.now
    driver.transport.wait(until: Instant(nanoseconds: 0))
    let next = driver.transport.now
    #expect(next >= turn)
    #expect(next.since(turn) < .seconds(1))
    while Instant(nanoseconds: monotonic()) == next {}  // bound: the clock's own grain
    let same = driver.transport.now
    #expect(same == next)
  }

  @Test func aMessageFromAnotherThreadEndsAnEndlessWait() throws {
    var driver = try TransportDriver()
    let mailbox = driver.transport.mailbox
    let thread = Thread {
      mailbox.post(.drain)
      mailbox.post(.stop)
    }
    driver.turn(until: .never)
    thread.join()
    let first = driver.event { _ in true }
    #expect(first == .asked(.drain))
    let second = driver.event { _ in true }
    #expect(second == .asked(.stop))
  }

  @Test func aMailboxOutlivesItsTransport() throws {
    let mailbox = try TransportDriver().transport.mailbox
    mailbox.post(.stop)
  }

  private func monotonic() -> UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }
}
