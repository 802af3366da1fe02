import Glibc
import TestSupport
import Testing

@testable import porxy

/// The admin socket of the real binary: who gets in, what can be asked, and what stays of it.
@Suite(.paced) struct AdminSocketTests {
  @Test("each thing that can be asked for has an answer")
  func answers() throws {
    let stage = try AdminStage()
    let session = try stage.session()
    #expect(try stage.ask("GET", "/healthz") == AdminClient.Answer(status: 200, body: "ok\n"))
    #expect(try stage.ask("GET", "/readyz") == AdminClient.Answer(status: 200, body: "ready\n"))
    #expect(try stage.ask("GET", "/version").body.contains("\"version\":\"\(Version.current)\""))
    let status = try #require(LogEntry(try stage.ask("GET", "/status").body.dropLast()))
    #expect(status["state"] == "serving" && status["generation"] == "1" && status["workers"] == "2")
    #expect(status["sessions"] == "1" && status["pid"] == "\(stage.proxy.child.identifier)")
    #expect(status["last_reload"] == nil)
    let listeners = try stage.ask("GET", "/listeners").body
    let port = stage.proxy.fronts[0].port
    #expect(listeners.contains("\"name\":\"in0\",\"backend\":\"out0\",\"addresses\":[\"127.0.0.1\"]"), "\(listeners)")
    #expect(listeners.contains("\"first_port\":\(port),\"last_port\":\(port),\"sessions\":1,\"sessions_max\":null"))
    let backends = try stage.ask("GET", "/backends").body
    #expect(backends.contains("\"name\":\"out0\",\"host\":\"127.0.0.1\",\"port\":\(stage.server.address.port)"))
    #expect(stage.status("GET", "/nothing") == 404 && stage.status("GET", "/reload") == 405)
    #expect(AdminStage.isAlive(session))
  }

  @Test("the configuration that runs is one that porxy reads, and it says whether the file is another")
  func showsTheConfiguration() throws {
    let stage = try AdminStage()
    let text = try stage.ask("GET", "/config").body
    #expect(text.hasPrefix("# generation: 1\n# hash: fnv1a:") && text.contains("says the same\n"), "\(text)")
    let copy = stage.folder.write(text, as: "copy.yaml")
    #expect(try Invocation("check", copy).ending == "exit 0")
    let file = TemporaryFolder.read(stage.proxy.config)
    TemporaryFolder.replace(stage.proxy.config, by: file + "limits: {sessions: 7}\n")
    #expect(try stage.ask("GET", "/config").body.contains("differs: a reload would change porxy\n"))
    TemporaryFolder.replace(stage.proxy.config, by: file + "limits: {sessoins: 7}\n")
    #expect(try stage.ask("GET", "/config").body.contains("cannot be loaded: a mistake in "))
  }

  @Test("the socket's mode says who may ask, and the log who has")
  func hasAMode() throws {
    let stage = try AdminStage(more: ", mode: \"0604\"")
    var facts = stat()
    #expect(unsafe stat(stage.path, &facts) == 0 && facts.st_mode & 0o777 == 0o604)
    #expect(try stage.ask("POST", "/log/level?level=debug").body == "debug\n")
    #expect(stage.status("POST", "/log/level?level=loud") == 400 && stage.status("POST", "/log/level") == 400)
    // The log is written by another thread.
    let isTold = Deadline.usual.awaits {
      stage.proxy.log.contains { $0["event"] == "admin-change" && $0["uid"] == "\(getuid())" }
    }
    #expect(isTold && stage.proxy.log.contains { $0["what"] == "log level debug" }, "\(stage.proxy.log)")
    #expect(stage.proxy.log.contains { $0["event"] == "admin-listening" && $0["door"] == stage.path })
    // What only this level tells: each attempt to reach a backend.
    stage.server.close()
    _ = try? Peer.connect(to: stage.proxy.fronts[0])
    #expect(Deadline.usual.awaits { stage.proxy.log.contains { $0["event"] == "attempt-failed" } })
  }

  @Test("a socket that a dead porxy has left is replaced, one that answers is not, and it goes with porxy")
  func replacesAStaleSocket() throws {
    let first = try AdminStage()
    #expect(throws: ProxyProcess.NotRunning.self) { try AdminStage(at: first.path) }
    #expect(first.status("GET", "/readyz") == 200, "the first one still answers")
    first.proxy.child.signal(SIGKILL)
    _ = first.proxy.child.waitForExit()
    #expect(unsafe access(first.path, F_OK) == 0)
    let second = try AdminStage(at: first.path)
    #expect(second.status("GET", "/readyz") == 200)
    #expect(second.proxy.stop() == "exit 0")
    #expect(unsafe access(first.path, F_OK) != 0)
  }

  @Test("where there is no place for the socket, porxy says so and does not start")
  func refusesToStart() throws {
    let folder = TemporaryFolder()
    for (path, words) in [
      (folder.write("precious", as: "file"), "a file that is no socket is in the way"),
      ("\(folder.path)/missing/admin.sock", "the folder \(folder.path)/missing is missing"),
    ] {
      let error = #expect(throws: ProxyProcess.NotRunning.self) { try AdminStage(at: path) }
      #expect(error?.output.contains("admin cannot listen on \(path): \(words)") == true, "\(error?.output ?? "")")
    }
    #expect(throws: ProxyProcess.NotRunning.self) { try AdminStage(more: ", group: no-such-group") }
  }

  @Test("without admin in the configuration there is no thread and no descriptor for it")
  func isOffByDefault() throws {
    let server = try ServerSocket.listening()
    let plain = try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 2")
    let stage = try AdminStage()
    let pollers = { (proxy: ProxyProcess) in proxy.facts.descriptors.count { $0.contains("eventpoll") } }
    #expect(pollers(plain) == 2 && pollers(stage.proxy) == 3)
    #expect(!Self.threads(of: plain).contains("porxy-admin") && Self.threads(of: stage.proxy).contains("porxy-admin"))
    // Epoll, mailbox, reserve and the door.
    #expect(stage.proxy.facts.descriptorCount == plain.facts.descriptorCount + 4)
  }

  private static func threads(of proxy: ProxyProcess) -> [String] {
    let folder = "/proc/\(proxy.child.identifier)/task"
    return File.names(in: folder).map { TemporaryFolder.read("\(folder)/\($0)/comm").filter { $0 != "\n" } }
  }

  @Test("draining shows in readiness, the sessions go on, and the socket is there to the end")
  func drains() throws {
    let stage = try AdminStage()
    let session = try stage.session()
    #expect(try stage.ask("POST", "/drain").body == "{\"result\":\"draining\",\"sessions\":1}\n")
    #expect(try stage.ask("GET", "/readyz") == AdminClient.Answer(status: 503, body: "draining\n"))
    #expect(stage.status("POST", "/drain") == 200, "asking again cuts nobody")
    #expect(stage.status("POST", "/reload") == 503)
    #expect(AdminStage.isAlive(session))
    #expect(stage.status("GET", "/healthz") == 200)
    session.client.close()
    session.server.close()
    #expect(stage.proxy.child.waitForExit(by: .usual) == "exit 0")
    #expect(unsafe access(stage.path, F_OK) != 0)
  }

  @Test("stopping resets what is left, as a second signal does")
  func stops() throws {
    let stage = try AdminStage()
    let session = try stage.session()
    #expect(stage.status("POST", "/stop") == 200)
    #expect(stage.proxy.child.waitForExit(by: .usual) == "exit 1")
    #expect(session.client.hear(1).end != "OPEN")
  }
}
