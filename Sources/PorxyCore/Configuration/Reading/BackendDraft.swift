/// What the file says of a backend; nil for what is missing or wrong.
struct BackendDraft {
  var range: Range<Int>
  var name: Placed<String>?
  var host: Placed<Backend.Host>?
  var port: Placed<UInt16>?
  var timeouts: Timeouts
  var congestion = Congestion.auto
}
