#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "finding/finding.h"
#include "site/site.h"

namespace bulkhead {

/// The matrix on which risks are ranked: `content/risk/matrix.yml`, replaceable by a site.
struct RiskMatrix {
  std::string name, source;
  std::vector<std::string> consequence_levels;  ///< From least to worst.
  std::vector<std::string> likelihood_levels;   ///< From least to most.
  std::vector<std::string> ranks;               ///< From least to worst.
  std::vector<std::vector<std::size_t>> cells;  ///< [consequence][likelihood] -> rank.
};
Result<RiskMatrix> read_matrix(std::string_view text, std::string_view file_name);

/// One addend of a likelihood, in words.
struct LikelihoodTerm {
  int points = 0;
  std::string reason;
};

/// A risk of the register.
struct Risk {
  std::string id;  ///< "R-03".
  std::string key;
  std::string scenario;  ///< One sentence: who does what to what, with what result.
  std::string zone;      ///< Id.
  std::string conduit;   ///< Id; empty for none.
  std::vector<std::string> assets, findings, techniques;
  std::size_t consequence_low = 0, consequence_high = 0;  ///< Indexes into the matrix; equal where a person stated it.
  bool consequence_assumed = true;                        ///< The sector's default for the role.
  std::string consequence_text;
  std::size_t likelihood = 0;
  std::vector<LikelihoodTerm> terms;  ///< Their sum, mapped to a level: the rank opens to this.
  std::size_t rank_low = 0, rank_high = 0;
};

/// A question to a person, and how many ranks its answer would move.
struct Question {
  std::string text;
  std::string where;  ///< Which key of site.yml holds the answer.
  std::size_t moves = 0;
};

struct RiskRegister {
  RiskMatrix matrix;
  std::vector<Risk> risks;          ///< Worst first.
  std::vector<Question> questions;  ///< At most ten, by what they move.
};

}  // namespace bulkhead
