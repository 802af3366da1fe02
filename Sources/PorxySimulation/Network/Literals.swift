import PorxyCore

/// Bytes whose contents matter because a proxy has made them, or is to read them.
///
/// A payload names them like all others, by runs of a stream. That stream stands for the contents; equal contents are
/// one stream.
struct Literals {
  private var contents: [[UInt8]] = []
  // lookup only: by what they are.
  private var streams: [[UInt8]: UInt64] = [:]

  /// No socket's stream is so high.
  private static let firstStream: UInt64 = 1 << 63

  /// The run that stands for these bytes.
  mutating func run(of bytes: Span<UInt8>) -> Payload.Run {
    let array = bytes.indices.map { bytes[$0] }
    let stream = streams[array] ?? Self.firstStream + UInt64(contents.count)
    if streams[array] == nil {
      streams[array] = stream
      contents.append(array)
    }
    return Payload.Run(stream: stream, offset: 0, count: UInt64(array.count))
  }

  /// The bytes of a payload as a process would read them.
  func bytes(of payload: Payload) -> [UInt8] {
    payload.runs.flatMap { run in
      (run.offset..<run.offset + run.count).map { offset in
        run.stream < Self.firstStream
          ? Payload.byte(of: run.stream, at: offset) : contents[Int(run.stream - Self.firstStream)][Int(offset)]
      }
    }
  }
}
