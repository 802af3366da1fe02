/// What is to be checked, and what is to be shown of it.
struct CheckOptions: Equatable {
  /// The file to read; nil: the usual places.
  var file: String?
  /// Show the configuration with all defaults filled in.
  var prints = false
  /// Show it as JSON.
  var asJSON = false
}
