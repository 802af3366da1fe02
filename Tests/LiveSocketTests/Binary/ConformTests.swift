import Testing

/// `porxy conform`, which holds any proxy to the catalogue.
@Suite struct ConformTests {
  /// A port for the scenarios' server.
  private func backendPort() throws -> UInt16 {
    let reserved = try ServerSocket.reserved()
    defer { reserved.close() }
    return reserved.address.port
  }

  private func conform(_ proxy: Address, _ backend: UInt16, _ more: String...) throws -> Invocation {
    try Invocation(["conform", "--proxy", "127.0.0.1:\(proxy.port)", "--backend", "\(backend)"] + more)
  }

  @Test("porxy is the same as no proxy")
  func same() throws {
    let backend = try backendPort()
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(backend)"])
    let folder = TemporaryFolder()
    let conform = try ChildProcess(
      Relay.binary,
      ["conform", "--proxy", "127.0.0.1:\(proxy.fronts[0].port)", "--backend", "\(backend)", "--only", "RESET"],
      in: folder)
    let ending = conform.waitForExit(by: Deadline(in: .seconds(120)))
    #expect(ending == "exit 0", "\(conform.output)")
    let summary = conform.output.split(separator: "\n").last ?? ""
    let numbers = summary.split { !$0.isNumber }.compactMap { Int($0) }
    #expect(numbers.count >= 2 && numbers[0] == numbers[1] && numbers[0] >= 20, "\(summary)")
  }

  @Test("a proxy that turns resets into ends is found out", .needs(.socat))
  func different() throws {
    let backend = try backendPort()
    let front = try backendPort()
    let folder = TemporaryFolder()
    let relay = try ChildProcess(
      "socat", ["TCP-LISTEN:\(front),bind=127.0.0.1,fork,reuseaddr", "TCP:127.0.0.1:\(backend)"], in: folder)
    let address = Address(port: front)
    #expect(Deadline.usual.awaits { ProcessFacts.isListening(address) })
    let text = try conform(address, backend, "--only", "Reset/data-first")
    #expect(text.ending == "exit 1")
    #expect(
      text.output.contains(
        """
        DIFFERS  Reset/data-first-to-client: what the server sent before its reset is read first (RESET, BYTES)
                   step 4: direct  the client receives 5000 bytes, then a reset (ECONNRESET)
                           proxied the client receives 5000 bytes, then a clean end
        """), "\(text.output)")
    #expect(text.output.hasSuffix("same 0 of 2\n"))
    let json = try conform(address, backend, "--only", "Reset/data-first", "--json")
    #expect(json.ending == "exit 1")
    #expect(json.output.hasPrefix("{\n  \"same\": 0,\n  \"run\": 2,\n"))
    relay.kill()
    _ = relay.waitForExit()
  }

  @Test func holdsTheSimulationToTheKernel() throws {
    let invocation = try Invocation("conform", "--random", "10")
    #expect(invocation.ending == "exit 0")
    #expect(
      invocation.output == "10 drawn scenarios from v1:0x0: the kernel and the simulated network agree\n")
  }

  @Test func saysThatNothingFits() throws {
    let invocation = try conform(Address(port: 9), 9, "--only", "frobnicate")
    #expect(invocation.ending == "exit 2")
    #expect(invocation.output == "porxy: no scenario has 'frobnicate' in its name or rules\n")
  }
}
