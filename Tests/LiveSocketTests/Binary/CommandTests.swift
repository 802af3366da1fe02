import TestSupport
import Testing

@testable import porxy

/// What the binary says to a person, and its exit codes.
@Suite(.paced) struct CommandTests {
  private let folder = TemporaryFolder()

  private static let good = """
    listeners:
      - {name: moo, backend: foo, address: 127.0.0.1, port: 8000}
    backends:
      - {name: foo, host: example.org, port: 80}
    """

  @Test(arguments: ["--help", "-h", "help"])
  func helps(_ word: String) throws {
    let invocation = try Invocation(word)
    #expect(invocation.ending == "exit 0")
    #expect(invocation.output.contains("Usage:\n  porxy [run]"))
  }

  @Test(arguments: ["simulate --help", "help simulate", "simulate --jobs -h", "-h simulate"])
  func helpsWithACommand(_ words: String) throws {
    let invocation = try Invocation(words.split(separator: " ").map(String.init))
    #expect(invocation.ending == "exit 0")
    #expect(invocation.output.hasPrefix("porxy simulate - ") && invocation.output.contains("\n  --shard I/N "))
  }

  @Test func pointsToTheHelpOfACommand() throws {
    let invocation = try Invocation("simulate", "--shrad", "1/2")
    #expect(invocation.ending == "exit 2")
    #expect(
      invocation.output == """
        porxy: unknown option '--shrad'; did you mean '--shard'?
        Try 'porxy simulate --help'.

        """)
  }

  @Test func tellsItsVersion() throws {
    let invocation = try Invocation("--version")
    #expect(invocation.ending == "exit 0")
    #expect(invocation.output.wholeMatch(of: /porxy \d+\.\d+\.\d+( \([0-9a-f]{7,12}\))?\n/) != nil)
    #expect(try Invocation("version").output == invocation.output)
  }

  @Test("the commit stands behind the version where the build was told it")
  func tellsItsCommit() {
    #expect(Version.text(commit: "").wholeMatch(of: /porxy [0-9.]+\n/) != nil)
    #expect(Version.text(commit: "0123456789ab").hasSuffix(" (0123456789ab)\n"))
  }

  @Test func refusesWhatItDoesNotKnow() throws {
    let invocation = try Invocation("chekc")
    #expect(invocation.ending == "exit 2")
    #expect(
      invocation.output == "porxy: unknown command 'chekc'; did you mean 'check'?\nTry 'porxy --help'.\n")
  }

  @Test(arguments: ["check", "--config"])
  func tellsAllMistakesOfAConfiguration(_ word: String) throws {
    let path = folder.write(
      """
      listeners:
        - {name: moo, backend: bar, address: 127.0.0.1, prot: 8000}
      backends:
        - {name: foo, host: example.org, port: 99999}
      """, as: "wrong.yaml")
    let invocation = try Invocation(word, path)
    #expect(invocation.ending == "exit 2")
    #expect(invocation.output.contains("\(path):2:26: error: "))
    #expect(invocation.output.contains("\(path):2:51: error: "))
    #expect(invocation.output.contains("\(path):4:42: error: "))
    #expect(invocation.output.contains("did you mean \"port\"?"))
  }

  @Test func saysThatAConfigurationIsRight() throws {
    let path = folder.write(Self.good, as: "good.yaml")
    let invocation = try Invocation("check", path)
    #expect(invocation.ending == "exit 0")
    #expect(invocation.output == "\(path): ok\n  moo: 127.0.0.1:8000 -> foo: example.org:80\n")
  }

  @Test("what check shows is a configuration that means the same", arguments: ["--print", "--json"])
  func showsWhatItReads(_ option: String) throws {
    let path = folder.write(Self.good, as: "good.yaml")
    let shown = try Invocation(script: #""$0" check "$1" "$2" 2>/dev/null"#, path, option)
    #expect(shown.ending == "exit 0")
    #expect(shown.output.hasPrefix(option == "--json" ? "{" : "listeners:"))
    let again = try Invocation(
      script: #""$0" check "$1" "$2" 2>/dev/null"#, folder.write(shown.output, as: "shown.yaml"), option)
    #expect(again.ending == "exit 0")
    #expect(again.output == shown.output)
  }

  @Test("without --config it reads ./config.yaml")
  func looksInTheWorkingDirectory() throws {
    let path = folder.write(Self.good, as: "good.yaml")
    let script = #"d=$(mktemp -d) && cp "$1" "$d/config.yaml" && cd "$d" && "$0" check; c=$?; rm -r "$d"; exit $c"#
    let invocation = try Invocation(script: script, path)
    #expect(invocation.ending == "exit 0")
    #expect(invocation.output.hasPrefix("./config.yaml: ok\n"))
  }

  @Test("without --config and ./config.yaml it reads the one beside the binary")
  func looksBesideTheBinary() throws {
    let path = folder.write(Self.good, as: "good.yaml")
    let script = #"""
      d=$(mktemp -d) && cp "$0" "$d/porxy" && cd "$d" && mkdir empty && cd empty
      "$d/porxy" check; echo "$?"
      cp "$1" "$d/config.yaml"; "$d/porxy" check; c=$?; rm -r "$d"; exit $c
      """#
    let invocation = try Invocation(script: script, path)
    #expect(invocation.ending == "exit 0")
    let looked = "porxy: there is no configuration; looked for\n  ./config.yaml\n  "
    #expect(invocation.output.hasPrefix(looked))
    #expect(invocation.output.contains("name one with --config FILE\n2\n"))
    #expect(invocation.output.contains("/config.yaml: ok\n"))
  }

  @Test(
    "what cannot be written to the standard output is told, and fails",
    arguments: [
      "--help", "--version", "check $1", "check $1 --print", "check $1 --json", "simulate --runs 1 --seed 3",
      "simulate --catalogue", "replay $2", "conform --random 1",
    ])
  func missesNoOutput(_ words: String) throws {
    let (good, scenario) = (folder.write(Self.good, as: "good.yaml"), folder.write("a\nclient connect\n", as: "s"))
    let full = try Invocation(script: "exec \"$0\" \(words) >/dev/full", good, scenario)
    #expect(full.ending == "exit 1")
    #expect(
      full.output.hasSuffix("porxy: the standard output cannot be written: No space left on device\n"), "\(full.output)"
    )
    #expect(full.output.ranges(of: "cannot be written").count == 1)
    let closed = try Invocation(script: "exec \"$0\" \(words) >&-", good, scenario)
    #expect(closed.ending == "exit 1" && closed.output.contains("cannot be written: Bad file descriptor"))
  }

  @Test("a file that may grow no further is told of, and kills nobody")
  func respectsTheLimitOnFiles() throws {
    let script = #"ulimit -f 1; "$0" --help > "$1"; echo "$?"; wc -c < "$1""#
    let invocation = try Invocation(script: script, folder.newPath("help"))
    #expect(invocation.output == "porxy: the standard output cannot be written: File too large\n1\n512\n")
  }

  @Test func saysWhatIsWrongWithAFile() throws {
    let missing = try Invocation("--config", folder.newPath("missing"))
    #expect(missing.ending == "exit 2")
    #expect(missing.output.contains("missing: there is no such file"))
    let directory = try Invocation("check", folder.path)
    #expect(directory.ending == "exit 2")
    #expect(directory.output.contains("is a directory; name the file in it"))
    let large = try Invocation("check", folder.write(String(repeating: "# no end\n", count: 130_000), as: "large"))
    #expect(large.ending == "exit 2")
    #expect(large.output.contains("is larger than 1024 KiB"))
  }
}
