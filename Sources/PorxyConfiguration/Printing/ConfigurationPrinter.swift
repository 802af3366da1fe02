public import PorxyCore

/// Writes a configuration with all its defaults, in forms that `ConfigurationReader` reads back as the same
/// configuration.
///
/// The configuration is one that was read: of another, a listener with endpoints that no `address` stands for, or a
/// duration with parts of a microsecond, is written as nearly as the format allows.
public enum ConfigurationPrinter {
  /// Ends in a line break.
  public static func yaml(_ configuration: Configuration) -> String {
    document(configuration).yaml
  }

  /// One object over several lines, ending in a line break; a YAML document too.
  public static func json(_ configuration: Configuration) -> String {
    document(configuration).json
  }

  private static func document(_ configuration: Configuration) -> Printout {
    Schema.configuration.print(ConfigurationDraft(configuration))
  }
}
