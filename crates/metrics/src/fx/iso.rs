//! The currency codes of ISO 4217 in which something can be billed, with those that ended since 2008.

use model::Currency;

const CODES: &str = "\
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn byr bzd cad cdf \
    chf clf clp cny cop crc cuc cup cve czk djf dkk dop dzd eek egp ern etb eur fjd fkp gbp gel ghs gip gmd gnf gtq \
    gyd hkd hnl hrk htg huf idr ils inr iqd irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak lbp lkr lrd \
    lsl ltl lvl lyd mad mdl mga mkd mmk mnt mop mro mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen \
    pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd shp skk sle sll sos srd ssp std stn svc syp szl \
    thb tjs tmt tnd top try ttd twd tzs uah ugx usd uyu uzs vef ves vnd vuv wst xaf xcd xcg xof xpf yer zar zmk zmw \
    zwg zwl";

pub(super) fn is_known(currency: Currency) -> bool {
    CODES.split(' ').any(|code| code == currency.as_str())
}
