import PorxyCore

/// What may be said on the command line about a run; the configuration holds where nothing is.
struct RunOptions: Equatable {
  /// The file to read; nil: the usual places.
  var file: String?
  var workers: WorkerCount?
  var level: LogLevel?
  var format: LogFormat?
}
