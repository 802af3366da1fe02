import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@testable import porxy

@Suite(.paced) struct ArgumentsTests {
  private func parse(_ line: String) throws -> Command {
    try Arguments.parse(line.split(separator: " ").map(String.init))
  }

  private func message(_ line: String) -> String {
    do {
      return "understood as \(try parse(line))"
    } catch let error as UsageError {
      return error.message
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("", Command.run(RunOptions())),
    ("run", .run(RunOptions())),
    ("--config a.yaml", .run(RunOptions(file: "a.yaml"))),
    ("run --config=a=b.yaml", .run(RunOptions(file: "a=b.yaml"))),
    ("--config a --config b", .run(RunOptions(file: "b"))),
    ("--config -", .run(RunOptions(file: "-"))),
    ("--workers 2 --log-level debug", .run(RunOptions(workers: .fixed(2), level: .debug))),
    ("--watch --config a", .run(RunOptions(file: "a", watches: true))),
    ("run --workers=auto --log-format=json", .run(RunOptions(workers: .auto, format: .json))),
    ("check", .check(CheckOptions())),
    ("check a.yaml", .check(CheckOptions(file: "a.yaml"))),
    ("check --config a.yaml --print", .check(CheckOptions(file: "a.yaml", prints: true))),
    ("check --json a.yaml", .check(CheckOptions(file: "a.yaml", asJSON: true))),
    ("status", .status(StatusOptions())), ("status --quiet", .status(StatusOptions(isQuiet: true))),
    ("status --json --admin a", .status(StatusOptions(socket: "a", asJSON: true))),
    ("reload", .reload(AdminOptions())), ("reload --admin=/a", .reload(AdminOptions(socket: "/a"))),
    ("drain --admin a", .drain(AdminOptions(socket: "a"))),
    ("log-level debug", .logLevel(LogLevelOptions(level: .debug))),
    ("events", .events(EventsOptions())),
    (
      "events --json --listener web --level warning --admin a",
      .events(EventsOptions(socket: "a", asJSON: true, listener: "web", level: .warning))
    ),
    ("sessions", .sessions(SessionsOptions())),
    (
      "sessions --json --sort age --client 1.2.3.4",
      .sessions(SessionsOptions(asJSON: true, client: "1.2.3.4", sort: .age))
    ),
    ("session reset 0-17-4711", .session(OrderOptions(order: .reset, name: "0-17-4711"))),
    ("session --admin a end 0-0-1", .session(OrderOptions(socket: "a", order: .end, name: "0-0-1"))),
    ("listener pause web", .listener(OrderOptions(order: .pause, name: "web"))),
    ("log-level --admin a error", .logLevel(LogLevelOptions(socket: "a", level: .error))),
    ("simulate", .simulate(SimulateOptions())),
    (
      "simulate --seed v4:0x1f --runs=7 --jobs 2 --shard 2/8",
      .simulate(SimulateOptions(seed: Seed(0x1f), runs: 7, jobs: 2, shard: .init(number: 2, count: 8)))
    ),
    ("simulate --for 10m", .simulate(SimulateOptions(time: .seconds(600)))),
    ("simulate --runs 1 --trace", .simulate(SimulateOptions(runs: 1, traces: true))),
    ("simulate --scenario a --trace", .simulate(SimulateOptions(scenario: "a", traces: true))),
    ("simulate --catalogue", .simulate(SimulateOptions(playsCatalogue: true))),
    ("simulate --json", .simulate(SimulateOptions(asJSON: true))),
    ("simulate --report --seed 1 --jobs 2", .simulate(SimulateOptions(seed: Seed(1), jobs: 2, reports: true))),
    ("simulate --runs 2 --stop-at-failure", .simulate(SimulateOptions(runs: 2, stopsAtFailure: true))),
    (
      "simulate --catalogue --stop-at-failure",
      .simulate(SimulateOptions(playsCatalogue: true, stopsAtFailure: true))
    ),
    ("conform --random 5 --seed 7", .conform(ConformOptions(random: 5, seed: Seed(7)))),
    ("conform --random 5 --save b", .conform(ConformOptions(random: 5, folder: "b"))),
    (
      "conform --proxy 127.0.0.1:80 --backend 81 --mirror",
      .conform(
        ConformOptions(
          subject: ConformOptions.Subject(proxy: Endpoint(.loopbackV4, 80), backendPort: 81), isMirror: true))
    ),
    ("simulate --save b", .simulate(SimulateOptions(folder: "b"))),
    (
      "conform --proxy localhost:8000 --backend=1234 --only RESET --json",
      .conform(
        ConformOptions(
          subject: .init(proxy: Endpoint(.loopbackV4, 8000), backendPort: 1234), only: "RESET", asJSON: true))
    ),
    (
      "conform --proxy [::1]:80 --backend 1",
      .conform(ConformOptions(subject: .init(proxy: Endpoint(.loopbackV6, 80), backendPort: 1)))
    ),
    ("replay a", .simulate(SimulateOptions(scenario: "a", traces: true))),
    ("top", .top(TopOptions())),
    (
      "top --once --admin /run/a.sock --interval=5s",
      .top(TopOptions(admin: "/run/a.sock", once: true, interval: .seconds(5)))
    ),
    ("toxiproxy", .toxiproxy(ToxiproxyOptions())),
    (
      "toxiproxy -host 0.0.0.0 -port=1 --seed -5 -config a -proxy-metrics",
      .toxiproxy(
        ToxiproxyOptions(host: "0.0.0.0", port: 1, file: "a", seed: UInt64.max - 4, countsTraffic: true))
    ),
    ("toxiproxy -version", .toxiproxy(ToxiproxyOptions(showsVersion: true))),
    ("toxiproxy --version", .toxiproxy(ToxiproxyOptions(showsVersion: true))), ("toxiproxy -h", .help(.toxiproxy)),
    ("help", .help(nil)), ("--help", .help(nil)), ("-h", .help(nil)), ("check --help", .help(.check)),
    ("--workers -h", .help(nil)), ("help simulate", .help(.simulate)), ("--help conform", .help(.conform)),
    ("simulate --runs x -h", .help(.simulate)), ("help --version", .version),
    ("--version", .version), ("version", .version), ("run --version", .version),
  ])
  func understands(_ line: String, _ command: Command) throws {
    #expect(try parse(line) == command)
  }

  @Test(arguments: [
    ("chekc", "unknown command 'chekc'; did you mean 'check'?"),
    ("frobnicate", "unknown command 'frobnicate'"),
    ("--confg a", "unknown option '--confg'; did you mean '--config'?"),
    ("--wrokers=3", "unknown option '--wrokers'; did you mean '--workers'?"),
    ("simulate --seed", "--seed needs a seed, as in --seed v4:0x1f"),
    ("simulate --seed x", "--seed takes v4:0x and hexadecimal digits, a decimal number or a commit, not 'x'"),
    ("simulate --runs 0", "--runs takes a number from 1 to 1000000000, not '0'"),
    ("top --interval 99ms", "--interval takes a time from 100ms to 1h, not '99ms'"),
    ("toxiproxy -port x", "--port takes a port from 0 to 65535, not 'x'"),
    ("toxiproxy -prot 1", "unknown option '-prot'; did you mean '--port'?"),
    ("toxiproxy -seed 1.5", "--seed takes a number of 64 bits, not '1.5'"),
    ("toxiproxy a", "unexpected 'a'; toxiproxy takes no more than options"),
    ("top a.sock", "unexpected 'a.sock'; to name a socket, write --admin a.sock"),
    ("simulate --for 10", "--for takes a time such as 30s, 10m or 2h, not '10'"),
    ("simulate --shard 9/8", "--shard takes a part of the whole, from 1/N to N/N, not '9/8'"),
    ("simulate --jbos 2", "unknown option '--jbos'; did you mean '--jobs'?"),
    (
      "simulate --scenario a --runs 2",
      "--runs is for random runs and does not go with --scenario"
    ),
    (
      "simulate --catalogue --runs 2",
      "--runs is for random runs and does not go with --catalogue"
    ),
    ("conform --random 5 --mirror", "--mirror says something of a proxy and does not go with --random"),
    ("simulate --scenario a --jobs 2", "--jobs is for random runs and does not go with --scenario"),
    (
      "simulate --scenario a --stop-at-failure",
      "--stop-at-failure is for many runs and does not go with --scenario"
    ),
    ("simulate --places --runs 3", "--runs does not go with --places"),
    ("simulate --catalogue --places", "--catalogue does not go with --places"),
    ("simulate --places --scopes 3", "--scopes takes all runs of so many steps, and goes with --jobs alone"),
    ("simulate --catalogue --scenario a", "--scenario does not go with --catalogue"),
    (
      "simulate --report --shard 1/2", "--report performs no run, and goes with --seed, --runs and --jobs alone"
    ),
    ("simulate --scopes 3 --report", "--scopes takes all runs of so many steps, and goes with --jobs alone"),
    ("simulate --catalogue --save a", "--save is for runs, and --catalogue has none"),
    (
      "simulate --trace --runs 3", "--trace shows a single run: add --runs 1, or name a file with --scenario FILE"
    ),
    ("simulate --catalogue --json", "--json is for random runs and does not go with --catalogue"),
    ("simulate --runs 1 --json --trace", "--trace draws for people: leave --json out"),
    ("simulate foo", "unexpected 'foo'; to perform a scenario, write --scenario foo"),
    ("replay a b", "unexpected 'b'; replay takes one file"),
    ("conform foo", "unexpected 'foo'; name the proxy with --proxy HOST:PORT"),
    ("good.yaml", "unknown command 'good.yaml'; to use it as the configuration, write --config good.yaml"),
    (
      "conform --proxy 127.0.0.1:80",
      "conform needs --proxy HOST:PORT, where the proxy listens, and --backend PORT, where it connects to on "
        + "127.0.0.1; or --random N, without a proxy"
    ),
    ("conform --proxy example", "--proxy takes an address and a port such as 127.0.0.1:8000, not 'example'"),
    ("conform --backend 0", "--backend takes a port from 1 to 65535, not '0'"),
    ("conform --porxy a", "unknown option '--porxy'; did you mean '--proxy'?"),
    ("replay", "replay needs a scenario or a saved run, as in replay failed.run"),
    ("replay --trace a", "unknown option '--trace'"),
    ("help chekc", "unknown command 'chekc'; did you mean 'check'?"),
    ("help check run", "unexpected 'run'; help takes one command"),
    ("status a", "unexpected 'a'; status takes no more than options"),
    ("status --quiet --json", "--quiet prints nothing: leave --json out"),
    ("reload a", "unexpected 'a'; reload takes no more than options"),
    ("drain --admin", "--admin needs a path, as in --admin /run/porxy/admin.sock"),
    ("log-level", "log-level needs error, warning, info or debug"),
    ("events web", "unexpected 'web'; events takes no more than options"),
    ("events --level warn", "--level takes error, warning, info or debug, not 'warn'; did you mean 'warning'?"),
    ("sessions web", "unexpected 'web'; sessions takes no more than options"),
    ("sessions --sort size", "--sort takes stall, bytes, age or idle, not 'size'"),
    ("session", "session needs reset or end, and a session's id"),
    ("session reset", "session reset needs a session's id"),
    ("session rest 0-0-1", "session takes reset or end, not 'rest'; did you mean 'reset'?"),
    ("session reset 4711", "'4711' is no session's id, such as 0-17-4711; 'porxy sessions' lists them"),
    ("listener pause web mail", "unexpected 'mail'; listener takes what to do, and a listener's name"),
    ("log-level warn", "log-level takes error, warning, info or debug, not 'warn'; did you mean 'warning'?"),
    ("log-level info debug", "unexpected 'debug'; log-level takes one level"),
    ("check --workers 3", "unknown option '--workers'"),
    ("check --jsno", "unknown option '--jsno'; did you mean '--json'?"),
    ("-x", "unknown option '-x'"),
    ("run a.yaml", "unexpected 'a.yaml'; to use it as the configuration, write --config a.yaml"),
    ("check a b", "unexpected 'b'; check takes one file"),
    ("--config", "--config needs a file, as in --config porxy.yaml"),
    ("--config=", "--config needs a file, as in --config porxy.yaml"),
    ("--config --workers 2", "--config needs a file, as in --config porxy.yaml"),
    ("--workers 0", "--workers takes a number from 1 to 1024 or 'auto', not '0'"),
    ("--workers two", "--workers takes a number from 1 to 1024 or 'auto', not 'two'"),
    ("--workers", "--workers needs a number or 'auto', as in --workers 2"),
    ("--log-level", "--log-level needs error, warning, info or debug"),
    ("--log-level warn", "--log-level takes error, warning, info or debug, not 'warn'; did you mean 'warning'?"),
    ("--log-level inof", "--log-level takes error, warning, info or debug, not 'inof'; did you mean 'info'?"),
    ("--log-format xml", "--log-format takes text or json, not 'xml'"),
    ("check --print=yes", "--print takes no value"),
  ])
  func refuses(_ line: String, _ expected: String) {
    #expect(message(line) == expected)
  }

  @Test(
    "an error names the help that says more",
    arguments: [
      ("chekc", "--help"), ("help chekc", "help --help"), ("--confg a", "run --help"), ("run --confg", "run --help"),
      ("check --jsno", "check --help"), ("simulate --jbos 2", "simulate --help"), ("replay", "replay --help"),
      ("conform --porxy a", "conform --help"), ("simulate --runs 0", "simulate --help"),
    ])
  func advises(_ line: String, _ words: String) throws {
    let error = #expect(throws: UsageError.self) { try parse(line) }
    #expect(error?.advice == "Try 'porxy \(words)'.")
    _ = try parse(words)
  }
}
