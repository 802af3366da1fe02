import Glibc
import TestSupport
import Testing

/// Porxy where /proc and /dev are missing.
@Suite(.enabled(if: Sandbox.isPossible, "\(Sandbox.whyImpossible)"), .paced) struct SandboxTests {
  private let folder = TemporaryFolder()

  private static let text = """
    listeners: [{name: in, backend: out, address: 127.0.0.1, port: 18080}]
    backends: [{name: out, host: 127.0.0.1, port: 9}]
    """

  /// Runs a script without /proc; the binary is `"$0"`.
  private func run(_ script: String, _ words: String...) throws -> Invocation {
    try Invocation(
      script: #"exec unshare --mount /bin/sh -c "umount -l /proc && $1" "$0" "$2""#, script, words.first ?? "")
  }

  @Test("its words are not lost")
  func arguments() throws {
    let version = try run(#"exec "$0" --version"#)
    #expect(version.ending == "exit 0" && version.output.hasPrefix("porxy "), "\(version.output)")
    let path = folder.write(Self.text, as: "good.yaml")
    let check = try run(#"exec "$0" check "$1""#, path)
    #expect(check.ending == "exit 0" && check.output.hasPrefix("\(path): ok\n"), "\(check.output)")
  }

  @Test("the configuration beside the binary is found")
  func besideTheBinary() throws {
    let path = folder.write(Self.text, as: "good.yaml")
    let script = #"""
      d=$(mktemp -d) && cp "$0" "$d/porxy" && cp "$1" "$d/config.yaml" && mkdir "$d/empty" && cd "$d/empty"
      unshare --mount /bin/sh -c 'umount -l /proc && exec ../porxy check'; c=$?; rm -r "$d"; exit $c
      """#
    let invocation = try Invocation(script: script, path)
    #expect(invocation.ending == "exit 0" && invocation.output.contains("/config.yaml: ok\n"), "\(invocation.output)")
  }

  @Test("it serves and stops, and counts descriptors as with /proc; nor does it need /dev")
  func serves() throws {
    let server = try ServerSocket()
    server.listen()
    let backend = "127.0.0.1 \(server.address.port)"
    let usual = try ProxyProcess(to: [backend])
    let missing = "umount -l /proc; mount -t tmpfs none /dev; exec \"$@\""
    let bare = try ProxyProcess(to: [backend], within: ["unshare", "--mount", "/bin/sh", "-c", missing, "sh"])
    let counts = [usual, bare].map { $0.log.first { $0["event"] == "started" }?[count: "sessions_max"] }
    #expect(counts[0] == counts[1] && counts[0] != nil)
    let client = try Peer.connect(to: bare.fronts[0])
    let peer = try server.accept()
    _ = client.say(1000)
    #expect(peer.hear(1000).count == 1000)
    client.close()
    peer.close()
    #expect(bare.tells(ofSessions: 1))
    #expect(bare.stop() == "exit 0")
  }

  @Test("a port in use is told, and that its holder cannot be known")
  func portInUse() throws {
    let server = try ServerSocket()
    server.listen()
    let path = folder.write(Self.text.replacing("18080", with: "\(server.address.port)"), as: "config.yaml")
    let run = try run(#"exec "$0" --config "$1""#, path)
    #expect(
      run.ending == "exit 1" && run.output.contains("/proc/net/tcp cannot be read"),
      "\(run.output)")
  }

  @Test("a crash tells where")
  func crash() throws {
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 9"], within: ["unshare", "--mount", "/bin/sh", "-c", "umount -l /proc; exec \"$@\"", "sh"])
    proxy.child.signal(SIGSEGV)
    #expect(proxy.child.waitForExit() == "signal \(SIGSEGV)")
    let output = proxy.child.output
    #expect(output.contains("porxy: killed by SIGSEGV from process \(getpid()); "))
    #expect(output.contains("libc.so") && output.contains("/porxy(+0x"), "\(output)")
  }
}
