import PorxyCore

/// What may be said on the command line about a run; the configuration holds where nothing is.
struct RunOptions: Equatable {
  /// The file to read; nil: the usual places.
  var file: String?
  var workers: WorkerCount?
  var level: LogLevel?
  var format: LogFormat?
}

extension RunOptions {
  /// What was said on the command line takes precedence.
  func apply(to configuration: inout Configuration) {
    configuration.workers = workers ?? configuration.workers
    configuration.log.level = level ?? configuration.log.level
    configuration.log.format = format ?? configuration.log.format
  }
}
