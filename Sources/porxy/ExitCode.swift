/// What porxy tells its caller at its end.
enum ExitCode: Int32 {
  /// Stopped in order, or did what was asked.
  case stopped = 0
  /// Failed at run time, or was ended before its sessions were.
  case failed = 1
  /// A mistake in usage or configuration.
  case mistaken = 2
}
