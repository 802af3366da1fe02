/// What porxy was asked to do.
enum Command: Equatable {
  case run(RunOptions)
  case check(CheckOptions)
  case simulate(SimulateOptions)
  case help
  case version
}
