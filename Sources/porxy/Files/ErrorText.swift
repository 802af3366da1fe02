import Glibc

/// The C library's words for an errno.
enum ErrorText {
  static func of(_ number: Int32) -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &bytes, bytes.count) == 0 else { return "error \(number)" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
