/// Why a name has no address.
public enum ResolutionError: Error, Sendable, Equatable {
  /// The name does not exist, or has no address (EAI_NONAME, EAI_NODATA).
  case unknownName
  /// The name service did not answer (EAI_AGAIN) or failed.
  case unavailable
}
