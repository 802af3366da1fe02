import PorxyConfiguration
import PorxyCore
import Testing

/// A file with no more than it needs; the backends come last.
let minimal = """
  listeners:
    - name: web
      backend: app
      address: 127.0.0.1
      port: 80
  backends:
    - name: app
      host: app.example
      port: 9

  """

/// The same with a further line in its listener and in its backend.
func minimal(listener: String, backend: String) -> String {
  minimal.replacing("    port: 80\n", with: "    port: 80\n    \(listener)\n") + "    \(backend)\n"
}

func read(configuration text: String) -> ConfigurationResult {
  ConfigurationReader.read(Array(text.utf8), file: "test.yaml")
}

/// The configuration of a file without problems.
func accepted(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Configuration {
  let result = read(configuration: text)
  return try #require(result.configuration, "\(result)", sourceLocation: sourceLocation)
}

/// `line:column message; advice` of each error.
func errors(_ text: String) -> [String] {
  read(configuration: text).errors.map { "\($0.line):\($0.column) \($0.message); \($0.advice)" }
}
