/// A scenario of the catalogue of the connection rules, as it is written; `all` is generated from its files.
public struct CatalogueFile: Sendable, CustomStringConvertible {
  /// Folder and file, as in `Reset/behind-bulk`.
  public let name: String
  public let text: String

  public var description: String { name }
}
