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

  /// A porxy with its settings, and what holds it to the catalogue: they spend their time waiting, and so at once.
  private struct Trial {
    let settings: String
    let proxy: ProxyProcess
    let conform: ChildProcess
    private let folder = TemporaryFolder()

    init(_ settings: String) throws {
      self.settings = settings
      let reserved = try ServerSocket.reserved()
      let backend = reserved.address.port
      reserved.close()
      proxy = try ProxyProcess(to: ["127.0.0.1 \(backend)"], extra: settings)
      conform = try ChildProcess(
        Relay.binary, ["conform", "--proxy", "127.0.0.1:\(proxy.fronts[0].port)", "--backend", "\(backend)"], in: folder
      )
    }
  }

  @Test("porxy is the same as no proxy in every scenario, whichever way it relays")
  func same() throws {
    let trials = try ["copy", "splice", "auto"].flatMap { relay in
      try [1, 2].map { workers in try Trial("relay: \(relay)\nworkers: \(workers)") }
    }
    for trial in trials {
      let ending = trial.conform.waitForExit(by: Deadline(in: .seconds(300)))
      let output = trial.conform.output
      #expect(ending == "exit 0", "\(trial.settings)\n\(output)")
      let summary = output.split(separator: "\n").last ?? ""
      let numbers = summary.split { !$0.isNumber }.compactMap { Int($0) }
      #expect(numbers.count == 3 && numbers[0] == numbers[1] && numbers[0] >= 60, "\(trial.settings): \(summary)")
    }
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

  @Test func saysThatNothingFits() throws {
    let invocation = try conform(Address(port: 9), 9, "--only", "frobnicate")
    #expect(invocation.ending == "exit 2")
    #expect(invocation.output == "porxy: no scenario has 'frobnicate' in its name or rules\n")
  }
}
