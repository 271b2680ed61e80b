#include "content/catalogue.h"

#include <algorithm>

#include "risk/assess.h"

namespace bulkhead {

namespace {

Result<std::size_t> index_of(const Node& node, const std::vector<std::string>& levels, const std::string& level) {
  const auto found = std::find(levels.begin(), levels.end(), level);
  if (found == levels.end()) {
    const std::vector<std::string_view> known(levels.begin(), levels.end());
    const std::string near = nearest(level, known);
    return node.error("'" + level + "' is no level of the matrix",
                      near.empty() ? std::string{} : "did you mean '" + near + "'?");
  }
  return static_cast<std::size_t>(found - levels.begin());
}

Result<RiskMatrix> read_matrix_node(const Node& root) {
  RiskMatrix matrix;
  TRY(matrix.name, root.text("name"));
  TRY(matrix.source, root.text("source"));
  TRY(matrix.consequence_levels, root.texts("consequences"));
  TRY(matrix.likelihood_levels, root.texts("likelihoods"));
  TRY(matrix.ranks, root.texts("ranks"));
  TRY(const auto rows, root.list("cells"));
  if (rows.size() != matrix.consequence_levels.size())
    return root.error("expected one row of cells for each consequence", "from least to worst");
  for (const Node& row : rows) {
    TRY(const std::vector<std::string> cells, row.as_texts());
    if (cells.size() != matrix.likelihood_levels.size())
      return row.error("expected one cell for each likelihood", "from least to most");
    std::vector<std::size_t> ranks;
    for (const std::string& cell : cells) {
      TRY(const std::size_t rank, index_of(row, matrix.ranks, cell));
      ranks.push_back(rank);
    }
    matrix.cells.push_back(std::move(ranks));
  }
  return matrix;
}

}  // namespace

Result<RiskMatrix> read_matrix(std::string_view text, std::string_view file_name) {
  TRY(const Node root, parse_yaml(text, file_name));
  return read_matrix_node(root);
}

Result<RiskCatalogue> read_risk(const Catalogue& catalogue) {
  RiskCatalogue risk;
  TRY(const Node matrix, catalogue.read("risk/matrix.yml"));
  TRY(risk.matrix, read_matrix_node(matrix));
  TRY(const auto bounds, matrix.list("likelihood_bounds"));
  for (const Node& bound : bounds) {
    TRY(const std::int64_t value, bound.as_integer(-1000, 1000));
    risk.likelihood_bounds.push_back(static_cast<int>(value));
  }
  if (risk.likelihood_bounds.size() != risk.matrix.likelihood_levels.size())
    return matrix.error("expected one bound of points for each likelihood");
  TRY(const Node* points, matrix.at("points"));
  for (const auto& [key, value] : points->entries()) {
    TRY(const std::int64_t number, value.as_integer(-100, 100));
    risk.points[key.text] = static_cast<int>(number);
  }
  TRY(const Node consequences, catalogue.read("risk/consequences.yml"));
  for (const auto& [sector, roles] : consequences.entries()) {
    for (const auto& [role, value] : roles.entries()) {
      if (!role_named(role.text)) return value.error("no role is called '" + role.text + "'");
      AssumedConsequence assumed;
      TRY(const std::string low, value.text("low"));
      TRY(const std::string high, value.text("high"));
      TRY(assumed.text, value.text("text"));
      TRY(assumed.low, index_of(value, risk.matrix.consequence_levels, low));
      TRY(assumed.high, index_of(value, risk.matrix.consequence_levels, high));
      risk.consequences[sector.text][role.text] = assumed;
    }
  }
  return risk;
}

}  // namespace bulkhead
