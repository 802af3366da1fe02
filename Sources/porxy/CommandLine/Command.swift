/// What porxy was asked to do.
enum Command: Equatable {
  case run(RunOptions)
  case check(CheckOptions)
  case simulate(SimulateOptions)
  case conform(ConformOptions)
  case help
  case version
}
