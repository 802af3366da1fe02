import PorxyCore

extension Help {
  static let run = Help(
    purpose: "porxy run - proxy TCP connections until a signal. 'run' may be left out.",
    usage: [
      "porxy [run] [--config FILE] [--workers N|auto] [--log-level LEVEL]",
      "    [--log-format FORMAT] [--faults FILE] [--watch]",
    ],
    notes: [
      "The log goes to the standard error output. A first SIGTERM, SIGINT or SIGQUIT lets sessions finish within the "
        + "drain time, a second one ends them at once."
    ],
    options: RunOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "It stopped after a signal, in order."),
      HelpEntry("1", "It could not start or go on, or a second signal cut its sessions."), mistakes,
    ],
    examples: [
      HelpEntry("porxy", "Proxies as ./config.yaml says."),
      HelpEntry("porxy --config /etc/porxy/config.yaml --log-format json", "Proxies as a service does."),
    ])

  static let check = Help(
    purpose: "porxy check - say whether a configuration is right, with every mistake and its place.",
    usage: ["porxy check [FILE] [--print | --json]"],
    notes: [
      "With --print or --json, the standard output holds the configuration alone; all else goes to the standard error "
        + "output."
    ],
    options: CheckOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "The configuration is right."), HelpEntry("1", "The standard output could not be written."),
      HelpEntry("2", "The configuration has mistakes or cannot be read, or a mistake in usage."),
    ],
    examples: [HelpEntry("porxy check config.yaml --print", "Checks a file and shows every setting.")])

  static let status = Help(
    purpose: "porxy status - say how a running porxy is: its sessions, its listeners and its last reload.",
    usage: ["porxy status [--quiet | --json] [--admin PATH]"], notes: [socketNote],
    options: StatusOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "It takes clients."), HelpEntry("1", "It does not yet, or no longer; or no porxy answers."),
      misuse,
    ],
    examples: [HelpEntry("porxy status --quiet", "Tells a container's health check whether porxy takes clients.")])

  static let reload = Help(
    purpose: "porxy reload - have a running porxy read its configuration again, and wait for what comes of it.",
    usage: ["porxy reload [--admin PATH]"],
    notes: [
      "With a mistake in the file, nothing changes, and all mistakes are shown as 'porxy check' does.", socketNote,
    ],
    options: AdminOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "It serves by the new configuration."),
      HelpEntry("1", "It was refused, or no porxy answers."), misuse,
    ],
    examples: [HelpEntry("porxy reload", "Loads the file that porxy was started with.")])

  static let drain = Help(
    purpose: "porxy drain - have a running porxy accept no more clients, and end once its sessions are over.",
    usage: ["porxy drain [--admin PATH]"], notes: ["It is what a first SIGTERM does.", socketNote],
    options: AdminOptions.table.map(\.entry),
    exitCodes: [HelpEntry("0", "It has begun."), HelpEntry("1", "No porxy answers."), misuse],
    examples: [HelpEntry("porxy drain", "Ends porxy as soon as its sessions are over, or at the end of 'drain'.")])

  static let logLevel = Help(
    purpose: "porxy log-level - have a running porxy log more or less, until its next reload.",
    usage: ["porxy log-level LEVEL [--admin PATH]"],
    notes: ["LEVEL is \(Arguments.oneOf(LogLevel.allCases)); each includes those before it.", socketNote],
    options: LogLevelOptions.table.map(\.entry),
    exitCodes: [HelpEntry("0", "All workers log by it."), HelpEntry("1", "No porxy answers."), misuse],
    examples: [HelpEntry("porxy log-level debug", "Logs each session's begin and attempt to reach its backend, too.")])

  static let events = Help(
    purpose: "porxy events - print what happens in a running porxy, a line for each event, until Ctrl-C or its end.",
    usage: ["porxy events [--listener NAME] [--level LEVEL] [--event NAME] [--json]", "    [--admin PATH]"],
    notes: [
      "Events are those of the log, whatever its level is and whichever sessions it leaves out. If the output is read "
        + "too slowly, a line tells how many were lost.", socketNote,
    ],
    options: EventsOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "What read the output has ended."),
      HelpEntry("1", "The porxy has ended, does not answer, or has no such listener."), misuse, signals,
    ],
    examples: [
      HelpEntry("porxy events --level warning", "Prints what a person may have to look at."),
      HelpEntry("porxy events --listener web --json", "Prints each session of a listener, for a program."),
    ])

  static let sessions = Help(
    purpose: "porxy sessions - list the open sessions of a running porxy, at most 10,000 of them.",
    usage: [
      "porxy sessions [--listener NAME] [--backend NAME] [--client ADDRESS]",
      "    [--sort ORDER] [--json] [--admin PATH]",
    ],
    notes: ["Columns are separated by tabs. 'porxy top' shows the same again and again.", socketNote],
    options: SessionsOptions.table.map(\.entry),
    exitCodes: [HelpEntry("0", "Done."), HelpEntry("1", "No porxy answers, or not with sessions."), misuse],
    examples: [
      HelpEntry("porxy sessions --sort age", "Lists the oldest sessions first."),
      HelpEntry("porxy sessions --client 192.0.2.7 --json", "Lists what one client has open, for a program."),
    ])

  static let session = Help(
    purpose: "porxy session - end one session of a running porxy.",
    usage: ["porxy session reset ID [--admin PATH]", "porxy session end ID [--admin PATH]"],
    notes: [
      "'reset' cuts both sides at once. 'end' leaves the session the time of 'drain', and resets it then. The log and "
        + "'porxy sessions' have ids.", socketNote,
    ],
    options: AdminOptions.table.map(\.entry),
    exitCodes: [HelpEntry("0", "Done."), HelpEntry("1", "There is no such session, or no porxy answers."), misuse],
    examples: [HelpEntry("porxy session reset 0-17-4711", "Resets both sides of this session.")])

  static let record = Help(
    purpose: "porxy record - write a session of a running porxy as a run, which 'porxy replay' plays on a simulated "
      + "network.",
    usage: ["porxy record ID [--output FILE] [--admin PATH]"],
    notes: [
      "The configuration needs 'record: recent'. Then the sessions that are open and the last 1000 that ended can be "
        + "written, with what each side did and when, and without a byte of what was said. The log and 'porxy "
        + "sessions' have ids.", socketNote,
    ],
    options: RecordOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "Done."),
      HelpEntry("1", "The session is not recorded, no run can tell it again, or no porxy answers."), misuse,
    ],
    examples: [
      HelpEntry("porxy record 0-17-4711 --output torn.run", "Writes a session to a file, for 'porxy replay torn.run'.")
    ])

  static let listener = Help(
    purpose: "porxy listener - have a running porxy accept no clients at a listener for a while.",
    usage: ["porxy listener pause NAME [--admin PATH]", "porxy listener resume NAME [--admin PATH]"],
    notes: ["Clients of a paused listener connect, and wait until it is resumed. Its sessions go on.", socketNote],
    options: AdminOptions.table.map(\.entry),
    exitCodes: [HelpEntry("0", "Done."), HelpEntry("1", "There is no such listener, or no porxy answers."), misuse],
    examples: [HelpEntry("porxy listener pause web", "Lets clients of this listener wait.")])

  static let endpoint = Help(
    purpose: "porxy endpoint - have a running porxy give an endpoint of a backend no new sessions, or some again.",
    usage: [
      "porxy endpoint drain BACKEND/ENDPOINT [--wait] [--admin PATH]",
      "porxy endpoint ready BACKEND/ENDPOINT [--admin PATH]",
    ],
    notes: [
      "The sessions of a drained endpoint go on. It stays drained over a reload, until it is ready again or porxy "
        + "ends.",
      socketNote,
    ],
    options: EndpointOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "Done."),
      HelpEntry("1", "There is no such endpoint, the configuration drains it, or no porxy answers."), misuse,
    ],
    examples: [
      HelpEntry("porxy endpoint drain app/10.0.0.7:5432 --wait", "Comes back when the server can be switched off.")
    ])

  static let faults = Help(
    purpose: "porxy faults - look at what goes wrong on purpose in a running porxy, and change it.",
    usage: [
      "porxy faults list [--json] [--admin PATH]", "porxy faults add LINE [--admin PATH]",
      "porxy faults change NAME LINE [--admin PATH]", "porxy faults remove NAME [--admin PATH]",
      "porxy faults reset [--admin PATH]", "porxy faults watch [--json] [--admin PATH]", "porxy faults check FILE",
    ],
    notes: [
      "LINE is a line of 'faults.plan' of the configuration. A change concerns open sessions, too, and is in effect "
        + "when the command comes back. 'reset' goes back to the configuration. 'watch' prints each fault that acts. "
        + "'check' reads a file with a line each, and asks no porxy.",
      "porxy must have been started with 'faults' in its configuration; an empty plan will do.", socketNote,
    ],
    options: FaultsOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "Done."), HelpEntry("1", "There is no such fault, the line is wrong, or no porxy answers."),
      HelpEntry("2", "The file of 'check' has mistakes or cannot be read, or a mistake in usage."), signals,
    ],
    examples: [
      HelpEntry("porxy faults add 'stall backend for 10s on db'", "Has the database answer nothing for ten seconds."),
      HelpEntry("porxy faults add 'latency 50ms jitter 10ms as slow'", "Makes both directions slow."),
      HelpEntry("porxy faults remove slow", "Makes them fast again."),
    ])

  static let simulate = Help(
    purpose: "porxy simulate - test porxy on a simulated network, with random peers and faults.",
    usage: [
      "porxy simulate [--seed SEED] [--runs N] [--for TIME] [--jobs N]",
      "    [--shard I/N] [--stop-at-failure] [--save DIR] [--json | --trace]",
      "porxy simulate --scenario FILE [--trace] [--save DIR]", "porxy simulate --catalogue [--stop-at-failure]",
      "porxy simulate --scopes STEPS [--jobs N]",
      "porxy simulate --places [--jobs N] [--shard I/N] [--stop-at-failure]", "    [--save DIR]",
      "porxy simulate --report [--seed SEED] [--runs N] [--jobs N]",
    ],
    notes: [
      "A run that fails is printed and saved at once; at the end the first three are shrunk to what still fails. The "
        + "same seed gives the same run on every machine."
    ],
    options: SimulateOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "All rules held, or the report is complete."),
      HelpEntry("1", "A run or a scenario failed, or no run of the report has something that some should have."),
      unusable, signals,
    ],
    examples: [
      HelpEntry("porxy simulate --runs 10000 --jobs 2", "Performs 10,000 random runs on two processors."),
      HelpEntry("porxy simulate --seed v4:0x1f --runs 1 --trace", "Draws the run of one seed."),
    ])

  static let replay = Help(
    purpose: "porxy replay - perform a saved run or a scenario, and draw what happens.",
    usage: ["porxy replay FILE"], notes: ["It is short for porxy simulate --scenario FILE --trace."], options: [],
    exitCodes: [HelpEntry("0", "All rules held."), HelpEntry("1", "The run or scenario failed."), unusable, signals],
    examples: [HelpEntry("porxy replay failed-1f.run", "Draws a run that 'porxy simulate' has saved.")])

  static let conform = Help(
    purpose: "porxy conform - test how transparent a TCP proxy is: play scenarios on real sockets, directly and "
      + "through the proxy, and compare what client and server see.",
    usage: [
      "porxy conform --proxy HOST:PORT --backend PORT [--mirror] [--only TEXT]", "    [--json] [--save DIR]",
      "porxy conform --random N [--seed SEED] [--save DIR]",
    ],
    notes: ["The proxy, of any make, runs already on this machine and connects to 127.0.0.1."],
    options: ConformOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "Everything was the same."), HelpEntry("1", "Something differed, or the proxy went away."),
      HelpEntry("2", "There is no proxy to look at, or a mistake in usage."), signals,
    ],
    examples: [
      HelpEntry("porxy conform --proxy 127.0.0.1:8000 --backend 1234", "Plays every scenario through a proxy."),
      HelpEntry("porxy conform --random 500", "Compares the simulated network with this kernel."),
    ])

  static let top = Help(
    purpose: "porxy top - show what a running porxy does: which session stalls and who does not read, what ended "
      + "lately and how.",
    usage: ["porxy top [--once] [--admin PATH] [--interval TIME]"],
    notes: [
      "Keys: arrows select, tab changes between sessions and listeners, s sorts, / filters, enter shows one session, r "
        + "resets it, p pauses or resumes the selected listener, q quits. What changes something asks first."
    ],
    options: TopOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "It was ended by q or Ctrl-C, or has printed its look."),
      HelpEntry("1", "The porxy cannot be reached, or the standard output could not be written."),
      HelpEntry("2", "A mistake in usage."), HelpEntry("129", "The terminal has gone (SIGHUP)."), signals,
    ],
    examples: [
      HelpEntry("porxy top", "Shows the porxy of this machine."),
      HelpEntry("porxy top --once --admin /run/porxy/admin.sock", "Prints one look, for a script."),
    ])

  static let toxiproxy = Help(
    purpose: "porxy toxiproxy - stand for a Toxiproxy server: proxies that tests make and break over HTTP.",
    usage: [
      "porxy toxiproxy [--host HOST] [--port PORT] [--config FILE] [--seed N]",
      "    [--proxy-metrics] [--runtime-metrics]",
    ],
    notes: [
      "Flags may have one dash, as in Toxiproxy. A porxy that is called toxiproxy-server needs no command.",
      "A program that reaches the API can have porxy connect to whatever this machine reaches, so the API listens on "
        + "localhost unless you say otherwise.",
      "The log goes to the standard output; the variable LOG_LEVEL sets its level: debug, info, warn or error.",
    ],
    options: ToxiproxyOptions.table.map(\.entry),
    exitCodes: [
      HelpEntry("0", "It was stopped by SIGTERM or SIGINT."), HelpEntry("1", "The API could not listen."),
      misuse,
    ],
    examples: [
      HelpEntry("porxy toxiproxy", "Serves Toxiproxy's clients on this machine."),
      HelpEntry("porxy toxiproxy --host 0.0.0.0 --config proxies.json", "Serves a container's neighbours."),
    ])

  private static let socketNote = "It asks by the socket that 'admin' in porxy's configuration names."
  private static let misuse = HelpEntry("2", "A mistake in usage.")
  private static let mistakes = HelpEntry("2", "A mistake in usage or configuration.")
  private static let unusable = HelpEntry("2", "A mistake in usage, or a file or directory that cannot be used.")
  private static let signals = HelpEntry("130, 143, 131", "SIGINT, SIGTERM or SIGQUIT ended it before it was done.")
}
