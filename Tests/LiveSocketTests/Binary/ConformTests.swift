import Glibc
import TestSupport
import Testing

/// `porxy conform`, which holds any proxy to the catalogue.
@Suite(.paced) struct ConformTests {
  /// A port for the scenarios' server.
  private func backendPort() throws -> UInt16 {
    let reserved = try ServerSocket.reserved()
    defer { reserved.close() }
    return reserved.address.port
  }

  private func conform(_ proxy: Address, _ backend: UInt16, _ more: String...) throws -> Invocation {
    try Invocation(["conform", "--proxy", "127.0.0.1:\(proxy.port)", "--backend", "\(backend)"] + more)
  }

  @Test("porxy is the same as no proxy", .long)
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

  @Test("a mirror refuses where its backend does, and a proxy that only says so is found out")
  func mirror() throws {
    for isMirror in [true, false] {
      let backend = try backendPort()
      let proxy = try ProxyProcess(to: ["127.0.0.1 \(backend)"], listener: "mirror: \(isMirror)")
      let said = try conform(proxy.fronts[0], backend, "--mirror", "--only", "nobody-listens")
      if isMirror {
        #expect(said.ending == "exit 0", "\(said.output)")
        #expect(said.output.hasSuffix("same 1 of 1\n"), "\(said.output)")
        let all = try conform(proxy.fronts[0], backend, "--mirror", "--only", "REFUSED")
        #expect(all.ending == "exit 0" && !all.output.contains("same 0 of"), "\(all.output)")
      } else {
        #expect(said.ending == "exit 1", "\(said.output)")
        #expect(said.output.contains("direct  the client cannot connect: refused (ECONNREFUSED)"))
        #expect(said.output.hasSuffix("same 0 of 1\n"), "\(said.output)")
      }
    }
  }

  @Test("a proxy that turns resets into ends is found out", .long, .needs(.socat))
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
    let capitals = try conform(address, backend, "--only", "reset/DATA-first", "--save", folder.path)
    let saved = "\(folder.path)/Reset-data-first-to-client.scenario"
    #expect(capitals.ending == "exit 1" && capitals.output.contains("saved as \(saved)\n"))
    #expect(TemporaryFolder.read(saved).contains("server reset"))
    for name in ["client", "server"] {
      #expect(unsafe unlink("\(folder.path)/Reset-data-first-to-\(name).scenario") == 0)
    }
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
      invocation.output == "10 drawn scenarios from v4:0x0: the kernel and the simulated network agree\n")
  }

  @Test("a proxy that is not there is told at once")
  func nothingListens() throws {
    let front = try ServerSocket()
    let invocation = try conform(front.address, try backendPort())
    #expect(invocation.ending == "exit 2")
    #expect(
      invocation.output
        == "porxy: nothing listens at 127.0.0.1:\(front.address.port), where the proxy should be (ECONNREFUSED)\n")
  }

  @Test("a proxy that connects elsewhere is told within seconds")
  func wrongBackend() throws {
    let (front, backend) = (try ServerSocket(), try backendPort())
    front.listen()
    let silent = try conform(front.address, backend)
    #expect(silent.ending == "exit 2")
    let place = "the proxy at 127.0.0.1:\(front.address.port)"
    #expect(silent.output == "porxy: \(place) did not connect to 127.0.0.1:\(backend) within 3 s\n")
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(front.address.with(port: try backendPort()).port)"])
    let refusing = try conform(proxy.fronts[0], backend)
    #expect(refusing.ending == "exit 2")
    #expect(
      refusing.output.contains("does not connect to 127.0.0.1:\(backend): it ended the client's connection instead"))
  }

  @Test("a backend's port that is in use is told as that")
  func backendInUse() throws {
    let (front, backend) = (try ServerSocket(), try ServerSocket())
    front.listen()
    backend.listen()
    let invocation = try conform(front.address, backend.address.port)
    #expect(invocation.ending == "exit 2")
    #expect(
      invocation.output.hasPrefix("porxy: port \(backend.address.port) is in use: conform puts its own server there"))
  }

  @Test("a proxy that goes away ends it, and nobody is told of an end who could not connect")
  func proxyDies() throws {
    let backend = try backendPort()
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(backend)"])
    let front = "127.0.0.1:\(proxy.fronts[0].port)"
    let folder = TemporaryFolder()
    let child = try ChildProcess(
      Relay.binary, ["conform", "--proxy", front, "--backend", "\(backend)", "--only", "BYTES"], in: folder)
    #expect(child.writes("same  "))
    proxy.child.kill()
    #expect(child.waitForExit(by: .afterStall) == "exit 1")
    let output = child.output
    #expect(output.contains("scenarios: nothing listens at \(front), where the proxy should be"), "\(output)")
    #expect(output.contains("cannot connect: refused (ECONNREFUSED)"), "\(output)")
    #expect(!output.contains("proxied the client receives nothing, then a clean end"), "\(output)")
  }

  @Test func saysThatNothingFits() throws {
    let invocation = try conform(Address(port: 9), 9, "--only", "frobnicate")
    #expect(invocation.ending == "exit 2")
    #expect(invocation.output == "porxy: no scenario has 'frobnicate' in its name or rules\n")
  }
}
