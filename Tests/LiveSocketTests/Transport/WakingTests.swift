import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct WakingTests {
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
    #expect(first == .control(.drain))
    let second = driver.event { _ in true }
    #expect(second == .control(.stop))
  }

  @Test func aMailboxOutlivesItsTransport() throws {
    let mailbox = try TransportDriver().transport.mailbox
    mailbox.post(.stop)
  }
}
