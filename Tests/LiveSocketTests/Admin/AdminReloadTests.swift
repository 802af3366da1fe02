import Glibc
import TestSupport
import Testing

@testable import porxy

/// Reloads by the admin socket, and what they do to the doors themselves.
@Suite(.paced) struct AdminReloadTests {
  private func change(_ stage: AdminStage, _ change: (String) -> String) {
    TemporaryFolder.replace(stage.proxy.config, by: change(TemporaryFolder.read(stage.proxy.config)))
  }

  @Test("a reload answers when it is done, and no session notices")
  func reloads() throws {
    let stage = try AdminStage()
    let session = try stage.session()
    change(stage) { $0.replacing("listeners:\n", with: "spin: off\nlimits: {sessions: 9}\nlisteners:\n") }
    let answer = try stage.ask("POST", "/reload")
    let entry = try #require(LogEntry(answer.body.dropLast()))
    #expect(answer.status == 200 && entry["result"] == "done" && entry["generation"] == "2", "\(answer)")
    #expect(entry["listeners_unchanged"] == "1" && entry["needs_restart"]?.hasPrefix("[\"spin\"") == true)
    let status = try #require(LogEntry(try stage.ask("GET", "/status").body.dropLast()))
    #expect(status["sessions_max"] == "9" && status["result"] == "done")
    #expect(AdminStage.isAlive(session))
    let isTold = Deadline.usual.awaits {
      stage.proxy.log.contains { $0["event"] == "reload-began" && $0["by"] == "admin" }
    }
    #expect(isTold)
  }

  @Test("a refused reload says all mistakes, and the command shows them as check does")
  func refuses() throws {
    let stage = try AdminStage()
    change(stage) { $0.replacing("listeners:\n", with: "spni: off\nlimtis: {}\nlisteners:\n") }
    let answer = try stage.ask("POST", "/reload")
    #expect(answer.status == 409 && answer.body.contains("\"result\":\"refused\",\"reason\":\"2 mistakes in "))
    #expect(answer.body.contains("unknown key \\\"spni\\\"") && answer.body.contains("unknown key \\\"limtis\\\""))
    let command = try Invocation("reload", "--admin", stage.path)
    let check = try Invocation("check", stage.proxy.config)
    #expect(command.ending == "exit 1" && command.output.hasPrefix(check.output), "\(command.output)")
    #expect(command.output.hasSuffix("refused, nothing has changed: 2 mistakes in \(stage.proxy.config)\n"))
    let status = try stage.ask("GET", "/status").body
    #expect(status.contains("\"generation\":1,") && status.contains("\"result\":\"refused\""))
  }

  @Test("a new door is open before an old one is closed, and a refused reload opens none")
  func changesDoors() throws {
    let stage = try AdminStage()
    // Before any client of the socket, whose descriptor may stay for a moment.
    let descriptors = stage.proxy.facts.descriptorCount
    let stranger = try ServerSocket.listening()
    let other = stage.folder.newPath("other.sock")
    let before = TemporaryFolder.read(stage.proxy.config)
    let taken = "\(other)\", http: {port: \(stranger.address.port)}}"
    change(stage) { $0.replacing("\(stage.path)\"}", with: taken) }
    let refused = try stage.ask("POST", "/reload")
    #expect(refused.status == 409 && refused.body.contains("admin cannot listen on 127.0.0.1:"), "\(refused)")
    #expect(unsafe access(other, F_OK) != 0)
    let free = try ServerSocket()
    let address = free.address
    free.close()
    TemporaryFolder.replace(
      stage.proxy.config, by: before.replacing("\(stage.path)\"}", with: "\(other)\", http: {port: \(address.port)}}"))
    #expect(stage.status("POST", "/reload") == 200, "the old door brings the answer")
    #expect(Deadline.usual.awaits { unsafe access(stage.path, F_OK) != 0 })
    let moved = AdminClient(path: other)
    #expect(try moved.ask("GET", "/readyz").isGood && (try HTTPClient.get(address, "/readyz")) == 200)
    #expect(try HTTPClient.ask(address, "POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 405)
    #expect(
      try HTTPClient.get(address, "/status") == 200 && HTTPClient.get(address, "/status", host: "evil.example") == 421)
    #expect(try HTTPClient.get(address, "/reload") == 404)
    #expect(Deadline.usual.awaits { stage.proxy.facts.descriptorCount == descriptors + 1 })
    // Off again.
    TemporaryFolder.replace(
      stage.proxy.config, by: before.replacing("admin: {socket: \"\(stage.path)\"}", with: "admin: off"))
    #expect(try moved.ask("POST", "/reload").isGood)
    #expect(Deadline.usual.awaits { unsafe access(other, F_OK) != 0 && AdminStage.call(other) == nil })
    #expect(throws: (any Error).self) { try Peer.connect(to: address) }
  }

  @Test("a socket whose mode changes keeps its place")
  func changesTheMode() throws {
    let stage = try AdminStage()
    var facts = stat()
    _ = unsafe stat(stage.path, &facts)
    let inode = facts.st_ino
    change(stage) { $0.replacing("\(stage.path)\"}", with: "\(stage.path)\", mode: \"0600\"}") }
    #expect(stage.status("POST", "/reload") == 200)
    _ = unsafe stat(stage.path, &facts)
    #expect(facts.st_ino == inode && facts.st_mode & 0o777 == 0o600)
    #expect(stage.status("GET", "/readyz") == 200)
  }

  @Test("a signal can bring the first door")
  func opensTheFirstDoor() throws {
    let server = try ServerSocket.listening()
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 2")
    let path = proxy.folder.newPath("admin.sock")
    TemporaryFolder.replace(
      proxy.config, by: TemporaryFolder.read(proxy.config) + "admin: {socket: \"\(path)\"}\n")
    proxy.child.signal(SIGHUP)
    #expect(Deadline.usual.awaits { (try? AdminClient(path: path).ask("GET", "/healthz"))?.isGood == true })
    #expect(proxy.stop() == "exit 0")
  }
}
