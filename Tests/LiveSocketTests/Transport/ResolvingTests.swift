import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct ResolvingTests {
  private func addresses(
    of host: String, _ driver: inout TransportDriver
  ) throws -> Result<[IPAddress], ResolutionError> {
    let resolution = driver.transport.resolve(host)
    // A name service that does not answer takes its own time to say so.
    guard driver.event(within: .seconds(60), where: { $0 == .resolved(resolution) }) != nil else {
      throw Missing("an answer for \(host)")
    }
    return Result { () throws(ResolutionError) in try driver.transport.takeAddresses(of: resolution) }
  }

  @Test("localhost means both families, each address once")
  func resolvesLocalhost() throws {
    var driver = try TransportDriver()
    let found = try addresses(of: "localhost", &driver).get()
    #expect(found.contains(.loopbackV4))
    #expect(Set(found).count == found.count)
    #expect(found.allSatisfy { $0 == .loopbackV4 || $0 == .loopbackV6 })
  }

  @Test(arguments: [("127.0.0.1", IPAddress.loopbackV4), ("::1", .loopbackV6)])
  func resolvesAddresses(text: String, address: IPAddress) throws {
    var driver = try TransportDriver()
    #expect(try addresses(of: text, &driver) == .success([address]))
  }

  @Test("a name that cannot exist has no address")
  func failsForUnknownNames() throws {
    var driver = try TransportDriver()
    // RFC 6761 keeps .invalid for this; a machine without a name service says that none answers.
    let answer = try addresses(of: "no-such-host.invalid", &driver)
    #expect(answer == .failure(.unknownName) || answer == .failure(.unavailable))
    #expect(try addresses(of: "", &driver) == .failure(.unknownName))
  }

  @Test("many questions at once all get their own answer, in both of two transports")
  func answersMany() throws {
    var first = try TransportDriver()
    var second = try TransportDriver()
    var asked: [(ResolutionID, ResolutionID)] = []
    for number in 0..<64 {
      let host = "127.0.0.\(number % 16 + 1)"
      asked.append((first.transport.resolve(host), second.transport.resolve(host)))
    }
    for (number, question) in asked.enumerated() {
      let expected = [IPAddress(v4: 0x7f00_0001 + UInt32(number % 16))]
      #expect(first.event { $0 == .resolved(question.0) } != nil)
      #expect(second.event { $0 == .resolved(question.1) } != nil)
      #expect(try first.transport.takeAddresses(of: question.0) == expected)
      #expect(try second.transport.takeAddresses(of: question.1) == expected)
    }
  }
}
