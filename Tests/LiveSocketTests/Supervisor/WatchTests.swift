import Glibc
import TestSupport
import Testing

/// `porxy run --watch`: the file is changed in the ways that editors and Kubernetes have.
@Suite(.paced) struct WatchTests {
  private let server: ServerSocket

  init() throws {
    server = try ServerSocket.listening()
  }

  private func porxy(within: [String] = []) throws -> ProxyProcess {
    try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "timeouts: {idle: 1000s}", within: within, options: ["--watch"])
  }

  /// Waits until so many reloads were done, and that all were asked for by the watch.
  private func reloads(_ proxy: ProxyProcess, times: Int, _ event: String = "reload-done") -> Bool {
    let isDone = Deadline.usual.awaits { proxy.log.count { $0["event"] == event } >= times }
    return isDone && proxy.log.filter { $0["event"] == "reload-began" }.allSatisfy { $0["by"] == "watch" }
  }

  private func text(_ proxy: ProxyProcess, _ idle: Int) -> String {
    TemporaryFolder.read(proxy.config).replacing(/idle: [0-9]+s/, with: "idle: \(idle)s")
  }

  @Test("a file that is written in place, and one that is put in its place, are loaded")
  func seesWrites() throws {
    let proxy = try porxy()
    TemporaryFolder.rewrite(proxy.config, as: text(proxy, 1001))
    #expect(reloads(proxy, times: 1))
    TemporaryFolder.replace(proxy.config, by: text(proxy, 1002))
    #expect(reloads(proxy, times: 2))
    // And again, on the file that was put there.
    TemporaryFolder.rewrite(proxy.config, as: text(proxy, 1003))
    #expect(reloads(proxy, times: 3))
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a link on the way to the file that leads elsewhere, as Kubernetes swaps it, is seen")
  func seesSwaps() throws {
    let proxy = try porxy()
    let (first, second) = (TemporaryFolder(), TemporaryFolder())
    _ = first.write(text(proxy, 1000), as: "config.yaml")
    let path = second.write(text(proxy, 1001), as: "config.yaml")
    let data = proxy.folder.newPath("data")
    for (target, link) in [(first.path, data), (data + "/0-config.yaml", proxy.config)] {
      #expect(unsafe symlink(target, link + ".new") == 0 && rename(link + ".new", link) == 0)
    }
    #expect(unsafe symlink(second.path, data + ".new") == 0 && rename(data + ".new", data) == 0)
    #expect(reloads(proxy, times: 1))
    // What the link leads to is watched as well.
    TemporaryFolder.rewrite(path, as: text(proxy, 1002))
    #expect(reloads(proxy, times: 2))
    #expect(proxy.log.count { $0["event"] == "reload-began" } == 2, "equal contents behind a new link are no change")
  }

  @Test("a broken file is refused once, and the next good one loads")
  func refusesBrokenFiles() throws {
    let proxy = try porxy()
    let good = text(proxy, 1001)
    TemporaryFolder.replace(proxy.config, by: good + "  - colour: red\n")
    #expect(reloads(proxy, times: 1, "reload-refused"))
    TemporaryFolder.replace(proxy.config, by: good)
    #expect(reloads(proxy, times: 1))
    #expect(proxy.log.count { $0["event"] == "reload-refused" } == 1)
  }

  @Test("where the kernel tells nothing, the file is looked at now and then", .enabled(if: RefusingLibrary.path != nil))
  func looksWithoutInotify() throws {
    let proxy = try porxy(within: RefusingLibrary.prefix(["REFUSE_CALL=inotify_init1"]))
    TemporaryFolder.replace(proxy.config, by: text(proxy, 1001))
    #expect(reloads(proxy, times: 1))
  }

  @Test func needsAFile() throws {
    let folder = TemporaryFolder()
    let child = try ChildProcess(Relay.binary, ["--config", "/dev/stdin", "--watch"], in: folder, hasInput: true)
    child.type(
      """
      listeners: [{name: a, backend: b, address: 127.0.0.1, port: 1}]
      backends: [{name: b, host: 127.0.0.2, port: 1}]

      """)
    child.closeInput()
    #expect(child.waitForExit() == "exit 2")
    #expect(child.output.contains("--watch needs a file that can be read again"))
  }
}
