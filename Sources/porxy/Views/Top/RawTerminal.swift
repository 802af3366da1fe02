import Glibc

/// A terminal that shows a screen instead of lines and gives each key at once. Whatever ends its life gives the
/// terminal back as it was.
struct RawTerminal: ~Copyable {
  private let input: Int32
  private let output: Int32
  /// How it was before.
  private let settings: termios
  private var isRaw = false

  /// nil where one of the descriptors is no terminal.
  init?(input: Int32, output: Int32) {
    var settings = termios()
    guard isatty(output) == 1, unsafe tcgetattr(input, &settings) == 0 else { return nil }
    (self.input, self.output, self.settings) = (input, output, settings)
  }

  deinit { Self.leave(isRaw, input, output, settings) }

  /// Takes the whole window; again, where a shell has had it meanwhile.
  mutating func enter() {
    isRaw = true
    var raw = settings
    unsafe cfmakeraw(&raw)
    _ = unsafe tcsetattr(input, TCSAFLUSH, &raw)
    show("\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J")
  }

  /// Gives the window back as it was.
  mutating func leave() {
    Self.leave(isRaw, input, output, settings)
    isRaw = false
  }

  private static func leave(_ isRaw: Bool, _ input: Int32, _ output: Int32, _ settings: termios) {
    guard isRaw else { return }
    Output.write(Array("\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l".utf8), to: output)
    var settings = settings
    _ = unsafe tcsetattr(input, TCSAFLUSH, &settings)
  }

  private func show(_ text: String) { Output.write(Array(text.utf8), to: output) }

  /// Columns and rows of the window now.
  var size: (width: Int, height: Int) { Self.size(of: output) ?? (80, 24) }

  /// Columns and rows of a terminal; nil where there is none, or none that knows.
  static func size(of descriptor: Int32) -> (width: Int, height: Int)? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Shows lines from the top on. Each is erased before it is written: behind a full one, the cursor would still stand
  /// on its last column.
  func show(_ lines: [ScreenLine], _ palette: Palette) {
    show("\u{1b}[H" + lines.map { "\u{1b}[2K" + $0.painted(palette) }.joined(separator: "\r\n"))
  }
}
