import Glibc

/// Writes the named files of a folder into a Swift source: embed-catalogue OUTPUT FOLDER NAME...
@main
enum EmbedTool {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count > 3 else { fail("usage: embed-catalogue OUTPUT FOLDER NAME...") }
    var source = "// Generated from the catalogue's scenario files.\nextension CatalogueFile {\n"
    source += "  /// Every scenario of the catalogue, sorted by name.\n  public static let all: [CatalogueFile] = [\n"
    for name in arguments[3...] {
      let text = read(arguments[2] + "/" + name)
      source += "    CatalogueFile(\n      name: \"\(name.dropLast(".scenario".count))\",\n      text: ##\"\"\"\n"
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        source += line.isEmpty ? "\n" : "        \(line)\n"
      }
      source += "        \"\"\"##),\n"
    }
    write(source + "  ]\n}\n", to: arguments[1])
  }

  private static func read(_ path: String) -> String {
    guard let file = unsafe fopen(path, "r") else { fail("\(path): cannot be read") }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = unsafe getc(file), byte != EOF { bytes.append(UInt8(byte)) }  // bound: the file's size
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func write(_ text: String, to path: String) {
    guard let file = unsafe fopen(path, "w") else { fail("\(path): cannot be written") }
    let written = unsafe fputs(text, file)
    guard unsafe fclose(file) == 0, written >= 0 else { fail("\(path): cannot be written") }
  }

  private static func fail(_ message: String) -> Never {
    print("error: \(message)")
    exit(1)
  }
}
