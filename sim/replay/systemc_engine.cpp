#include "sim/replay/engine.hpp"
namespace presil::replay {
Outcome run_systemc(const traces::Schedule& s, const hw::Hardware& h, const Wiring& w, const Costs& c) { return run_plain(s,h,w,c); }
}
