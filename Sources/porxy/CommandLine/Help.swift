/// What `porxy --help` says; it fits a screen of 80 by 24.
enum Help {
  static let text = """
    porxy - a transparent TCP proxy: client and server do not notice it

    Usage:
      porxy [run] [options]       proxy, until SIGTERM or SIGINT
      porxy check [FILE]          say whether a configuration is right
      porxy simulate | replay     meet every ending on a simulated network
      porxy conform               say what a TCP proxy lets its peers notice
      porxy --help | --version

    Options of run:
      --config FILE               else ./config.yaml, else the one beside the binary
      --workers N|auto            threads that relay (auto: one a processor)
      --log-level LEVEL           error, warning, info or debug (info)
      --log-format FORMAT         text or json (text)

    check: --print, --json (the configuration with all defaults)
    simulate: --seed S, --runs N, --for TIME, --jobs N, --shard I/N, --save DIR,
      --stop-at-failure, --scenario FILE, --catalogue, --trace; replay FILE
    conform: --proxy HOST:PORT --backend PORT, --only TEXT, --json; --random N
    The log goes to the standard error output. A first signal lets the sessions
    finish within the drain time, a second one ends them at once.
    Exit codes: 0 stopped in order, 1 failed at run time, 2 a mistake in usage or
    configuration.

    """
}
