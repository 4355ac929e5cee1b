# Two stages of sampling by R survey, on its public data: 126 schools in 40 of 757 school districts (apiclus2).
# usage: Rscript make_two_stage_references.R OUTDIR
#   writes OUTDIR/two_stage_input.csv and two_stage_expected.csv
suppressPackageStartupMessages(library(survey))
out <- commandArgs(TRUE)[1]
stopifnot(!is.na(out))
rule <- function(name) options(survey.lonely.psu = name)
rule("fail")
data(api)

write_table <- function(table, name) {
  numbers <- vapply(table, is.double, logical(1))
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.finite(x), sprintf("%.17g", x), ""))
  write.csv(table, file.path(out, name), row.names = FALSE, quote = FALSE, na = "")
  cat(name, nrow(table), "rows\n")
}

# ---- input --------------------------------------------------------------------------------------------------------
# `weight` is the inverse of both sampling fractions. `half` splits the districts in two made-up strata of `half_districts`;
# `left_out` are made-up sizes under which three districts with one school in the sample have more of them.
school <- data.frame(
  district = apiclus2$dnum, school = apiclus2$snum, n_districts = apiclus2$fpc1, n_schools = as.vector(apiclus2$fpc2),
  type = as.character(apiclus2$stype), target_met = as.integer(apiclus2$sch.wide == "Yes"),
  api00 = apiclus2$api00, api99 = apiclus2$api99, enroll = apiclus2$enroll, tested = apiclus2$api.stu)
drawn <- table(school$district)
m <- as.vector(drawn[as.character(school$district)])
school$weight <- school$n_districts / length(drawn) * school$n_schools / m
school$half <- ifelse(school$district <= 500, "low", "high")
school$half_districts <- ifelse(school$half == "low", 380, 377)
alone <- as.integer(names(drawn)[drawn == 1])[c(1, 3, 6)]
school$left_out <- ifelse(school$district %in% alone, school$n_schools + 3, school$n_schools)
write_table(school, "two_stage_input.csv")
# every school twice, once per year, so that a second-stage unit has two rows
twice <- rbind(cbind(school, api = school$api99, year = 1999), cbind(school, api = school$api00, year = 2000))

# ---- designs ------------------------------------------------------------------------------------------------------
two <- function(data, fpc2 = ~n_schools, ...) {
  sizes <- as.formula(paste("~n_districts +", all.vars(fpc2)))
  svydesign(id = ~district + school, fpc = sizes, weights = ~weight, data = data, ...)
}
plain <- two(school)
designs <- list(
  two_stages = plain,
  one_stage = svydesign(id = ~district, fpc = ~n_districts, weights = ~weight, data = school),
  ultimate = svydesign(id = ~district + school, weights = ~weight, data = school),
  stratified = svydesign(id = ~district + school, strata = ~half, fpc = ~half_districts + n_schools,
                         weights = ~weight, data = school))

rows <- list()
add <- function(...) rows[[length(rows) + 1]] <<- data.frame(..., stringsAsFactors = FALSE)
value <- function(design, statistic, outcome, group, answer, df)
  add(design = design, statistic = statistic, outcome = outcome, group = group, estimate = as.vector(coef(answer))[1],
      std_error = as.vector(SE(answer))[1], df = df)
on <- function(name) as.formula(paste0("~", name))

quantities <- function(name, design) {
  data <- design$variables
  groups <- c(list(everyone = rep(TRUE, nrow(data))),
              setNames(lapply(c("E", "M", "H"), function(type) data$type == type), c("E", "M", "H")))
  for (group in names(groups)) {
    for (outcome in c("api00", "enroll", "target_met")) {
      own <- design[groups[[group]] & !is.na(data[[outcome]]), ]
      value(name, "mean", outcome, group, svymean(on(outcome), own), degf(own))
      value(name, "total", outcome, group, svytotal(on(outcome), own), degf(own))
    }
    own <- design[groups[[group]] & !is.na(data$enroll) & !is.na(data$tested), ]
    value(name, "ratio", "tested / enroll", group, svyratio(~tested, ~enroll, own), degf(own))
  }
}
for (name in names(designs)) quantities(name, designs[[name]])

# ---- derived: difference, ratio of groups, slope over types, standardised; covariances; test -----------------------
contrasts_of <- function(name, design) {
  by <- svyby(~target_met, ~type, design, svymean, covmat = TRUE)
  df <- degf(design)
  value(name, "difference", "target_met", "H-E", svycontrast(by, c(E = -1, H = 1)), degf(subset(design, type != "M")))
  value(name, "slope", "target_met", "E to H", svycontrast(by, c(E = -0.5, H = 0.5)), df)
  value(name, "log_ratio", "target_met", "H over E", svycontrast(by, quote(log(H / E))), degf(subset(design, type != "M")))
  value(name, "standardised", "target_met", "everyone",
        svycontrast(by, c(E = 0.5, M = 0.3, H = 0.2)), df)
  test <- svychisq(~type + target_met, design)
  add(design = name, statistic = "rao_scott", outcome = "type x target_met", group = "everyone",
      estimate = as.vector(test$statistic), std_error = as.vector(test$p.value), df = as.vector(test$parameter[2]))
}
for (name in c("two_stages", "stratified")) contrasts_of(name, designs[[name]])

# ---- several rows per second-stage unit ----------------------------------------------------------------------------
repeated <- two(twice)
value("repeated", "mean", "api", "everyone", svymean(~api, repeated), degf(repeated))
for (year in c(1999, 2000)) {
  own <- repeated[twice$year == year, ]
  value("repeated", "mean", "api", as.character(year), svymean(~api, own), degf(own))
}
years <- svyby(~api, ~year, repeated, svymean, covmat = TRUE)
value("repeated", "difference", "api", "2000-1999", svycontrast(years, c(-1, 1)), degf(repeated))

# ---- a district with one school out of several ---------------------------------------------------------------------
for (option in c("remove", "certainty", "adjust")) {
  rule(option)
  design <- two(school, ~left_out)
  value(paste0("left_out ", option), "mean", "api00", "everyone", svymean(~api00, design), degf(design))
  own <- subset(design, type == "E")
  value(paste0("left_out ", option), "mean", "api00", "E", svymean(~api00, own), degf(own))
}
rule("fail")

# ---- calibrated weights --------------------------------------------------------------------------------------------
types <- data.frame(type = c("E", "H", "M"), Freq = c(4421, 755, 1018))
calibrated <- list(
  post_stratify = postStratify(plain, ~type, types),
  rake = rake(plain, list(~type, ~half), list(types, data.frame(half = c("low", "high"), Freq = c(2994, 3200))),
              control = list(maxit = 500, epsilon = 1e-9)),
  linear = calibrate(plain, ~type, c(`(Intercept)` = 6194, typeH = 755, typeM = 1018)))
for (name in names(calibrated)) for (group in c("everyone", "E")) {
  design <- calibrated[[name]]
  own <- if (group == "E") subset(design, type == "E") else design
  value(name, "mean", "api00", group, svymean(~api00, own), 0)
  value(name, "total", "api00", group, svytotal(~api00, own), 0)
}

write_table(do.call(rbind, rows), "two_stage_expected.csv")
